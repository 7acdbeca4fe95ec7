"""KEY and VALUE of the `config` commands: the keys there are, and what their values can be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.config.known_keys import (
    CHOICES,
    DECISION_LOG,
    OFF,
    OWNER_NAME_HINT,
    PROFILE_KEYS,
    TOP_KEYS,
    TOP_VALUES,
    describe_expected_value,
    is_owner_name,
)
from imgshare_cli.config.precedence import resolve_profile_name
from imgshare_cli.config.service_url import ENDPOINT, VAULT_ENDPOINT, MissingSchemeError, check_service_url
from imgshare_cli.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from imgshare_cli.cli.session import Session

_KEYS = (*TOP_VALUES, *PROFILE_KEYS, "owners.NAME", "profiles.NAME.KEY")
_SHOWN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,29}")
_ADDRESSES = {"endpoint": ENDPOINT, "vault_endpoint": VAULT_ENDPOINT}
_EXAMPLES = {
    "timeout": "5m",
    DECISION_LOG: OFF,
    "endpoint": "https://glance.example.com",
    "vault_endpoint": VAULT_ENDPOINT.example,
    # Who sets one of these wants another value than the default.
    **{key: choices[1] for key, choices in CHOICES.items()},
}


def check_key(session: Session, command: str, key: str, *values: str) -> None:
    """Check that a key is one that there is.

    Args:
        session: the run.
        command: `get`, `set` or `unset`, for the hint.
        key: the key.
        values: the value to set.

    Raises:
        UsageError: it is unknown, or a whole table.
    """
    if key in {"owners", "profiles"} and command != "unset":
        name = "owners.NAME, such as owners.platform" if key == "owners" else "profiles.NAME.KEY"
        raise UsageError(f"{key} is a table", hint=f"use {name}")
    before, _, last = key.rpartition(".")
    if key in {*TOP_KEYS, *PROFILE_KEYS} or before == "owners":
        return
    if before == "profiles":
        if command == "set":
            raise UsageError(f"{key} is a table", hint=f"use {key}.KEY, such as {key}.endpoint")
        return
    if before.startswith("profiles.") and last in PROFILE_KEYS:
        return
    raise _create_unknown_key_error(session, command, key, values)


def _create_unknown_key_error(session: Session, command: str, key: str, values: tuple[str, ...]) -> UsageError:
    from imgshare_cli.spelling import NAMES, find_close

    typed = TypedCommand(session.context)
    before, dot, last = key.rpartition(".")
    known = PROFILE_KEYS if before.startswith("profiles.") else (*TOP_VALUES, *PROFILE_KEYS)
    # A user in a URL comes with a password.
    words = [hints.quote_word(None if "@" in value else value, "VALUE") for value in values]
    meant = [
        typed.build_other("config", command, hints.quote_word(f"{before}{dot}{close}", "KEY"), *words)
        for close in find_close(last, known, cutoff=NAMES, count=1)
        if close != "token"
    ]
    # A token that was pasted into the wrong place must not get into a log.
    shown = hints.quote_text(key) if _SHOWN.fullmatch(key) else "which is not shown"
    return UsageError(
        f"unknown key{'' if _SHOWN.fullmatch(key) else ','} {shown}",
        hint="".join(f"did you mean {command}? " for command in meant) + f"known keys: {', '.join(_KEYS)}",
    )


def resolve_key_path(session: Session, key: str) -> tuple[str, ...]:
    """Resolve KEY to the tables and the key in the config file."""
    if key in TOP_KEYS:
        return (key,)
    if key.startswith("owners."):
        return ("owners", key.removeprefix("owners."))
    if key.startswith("profiles."):
        name, _, last = key.removeprefix("profiles.").rpartition(".")
        return ("profiles", name, last) if name else ("profiles", last)
    return ("profiles", resolve_profile_name(session.flags, session.environ, session.file), key)


def parse_value(session: Session, key: str, text: str) -> object:
    """Parse the text of a value.

    Args:
        session: the run.
        key: the key.
        text: the value as it was typed.

    Raises:
        UsageError: the key cannot have it.
    """
    key_path = resolve_key_path(session, key)
    if key_path[0] == "owners" and not is_owner_name(key_path[1]):
        raise UsageError("the name of the owner is not valid; nothing was changed", hint=OWNER_NAME_HINT)
    last = key_path[-1]
    value = _parse_number(text) if last == "timeout" else text
    expected = "a text that is not empty" if not text else describe_expected_value(key_path, value)
    if expected:
        new_value = _EXAMPLES.get(last, "PROJECT_ID" if key_path[0] == "owners" else "VALUE")
        word = hints.quote_word(key, "KEY")
        example = TypedCommand(session.context).build_other("config", "set", word, new_value)
        raise UsageError(f"{key} must be {expected}; nothing was changed", hint=f"for example {example}")
    if last in _ADDRESSES:
        try:
            check_service_url(text, insecure_http=True, setting=_ADDRESSES[last])
        except ConfigError as exc:
            hint = exc.hint
            if isinstance(exc, MissingSchemeError):
                hint = f"did you mean {TypedCommand(session.context).build({'value': exc.corrected})}?"
            raise UsageError(exc.failure, note="nothing was changed", hint=hint) from exc
    return value


def _parse_number(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number
