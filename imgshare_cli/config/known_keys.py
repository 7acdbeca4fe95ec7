"""The keys of the config file, and what their values can be."""

from __future__ import annotations

import re
from pathlib import Path

from imgshare_cli.config.owners import MINE

DECISION_LOG = "decision_log"
OFF = "off"
TOP_KEYS = ("default_profile", DECISION_LOG, "owners", "profiles")
# Of these, the keys that have a value of their own.
TOP_VALUES = ("default_profile", DECISION_LOG)
PROFILE_KEYS = (
    *("endpoint", "project_id", "cloud", "region", "interface"),
    *("vault_id", "vault_endpoint", "cacert", "timeout", "token", "token_store"),
    *("service", "decide_by", "signature_format"),
)
TOKEN_STORES = ("keyring", "file")
# Of each, the first is the default.
CHOICES = {
    "token_store": TOKEN_STORES,
    "service": ("auto", "ims", "glance"),
    "decide_by": ("members", "jobs"),
    "signature_format": ("access", "credential"),
}
OWNER_NAME_HINT = "use letters, digits, - and _, begin with a letter, and neither 'mine' nor a project ID"
# Not compiled here: a run without a config file needs none of them.
_NAME = r"[A-Za-z_][A-Za-z0-9_-]{0,29}"
_PROJECT_ID = r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|ou-[0-9a-z]+"
_CONTROL = r"[\x00-\x1f\x7f]"


def is_key_name(text: str) -> bool:
    """Whether a text has the form of a key, and can be shown as one."""
    return re.fullmatch(_NAME, text) is not None


def is_owner_name(name: str) -> bool:
    """Whether a name can be given to an owner: it must not look like an ID, or mean something else."""
    return name != MINE and bool(re.fullmatch(_NAME, name)) and not re.fullmatch(_PROJECT_ID, name)


def describe_expected_value(key_path: tuple[str, ...], value: object) -> str | None:
    """Describe what the value of a key must be, where it is not; None where it is valid."""
    key = key_path[-1]
    if key_path[0] == "owners":
        return None if isinstance(value, str) and re.fullmatch(_PROJECT_ID, value) else "a project ID"
    if key == "timeout":
        return None if _is_timeout(value) else 'a time above 0, in seconds or such as "90s" or "5m"'
    if not isinstance(value, str):
        return "a string"
    if key != "token" and re.search(_CONTROL, value):
        return "one line without control characters"
    if key == DECISION_LOG:
        return None if value == OFF or _is_full_path(value) else "'off' or the full path of a folder"
    choices = CHOICES.get(key)
    return _join_choices(choices) if choices and value not in choices else None


def _join_choices(choices: tuple[str, ...]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}"


def _is_timeout(value: object) -> bool:
    from imgshare_cli.config.durations import read_timeout

    return isinstance(value, int | float | str) and not isinstance(value, bool) and read_timeout(value) is not None


def _is_full_path(text: str) -> bool:
    return text.startswith("~") or Path(text).is_absolute()
