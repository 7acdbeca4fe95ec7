"""The config file: where it is, and what it may hold."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imgshare_cli.config.file_reading import expand_path, find_base_folder, read_file
from imgshare_cli.config.known_keys import (
    DECISION_LOG,
    OWNER_NAME_HINT,
    PROFILE_KEYS,
    TOP_KEYS,
    describe_expected_value,
    is_key_name,
    is_owner_name,
)
from imgshare_cli.config.owners import OwnerNames
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from imgshare_cli.config.file_reading import FileContents

_LIMIT = 256 << 10
_MAX_DOTS = 1000


@dataclass(frozen=True)
class ConfigFile:
    """The config file, checked: every key is known and of the right type."""

    path: Path
    default_profile: str | None = None
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    owners: OwnerNames = field(default_factory=OwnerNames)
    readable_by_others: bool = False
    decision_log: str | None = None


def find_config_path(environ: Mapping[str, str], *, windows: bool = sys.platform == "win32") -> Path:
    """Find the path of the config file, which need not exist.

    Raises:
        ConfigError: IMGSHARE_CONFIG names a user who does not exist.
    """
    if named := environ.get("IMGSHARE_CONFIG"):
        return expand_path(named, environ)
    variable, default = ("APPDATA", "AppData/Roaming") if windows else ("XDG_CONFIG_HOME", ".config")
    return find_base_folder(environ, variable, default) / "imgshare" / "config.toml"


def read_config_file(path: Path) -> ConfigFile:
    """Read and check the config file; an absent one is an empty one.

    Raises:
        ConfigError: it cannot be read, is not TOML, or has an unknown key or a value of the wrong type.
    """
    contents = read_contents(path)
    if contents is None:
        return ConfigFile(path)
    return check_config(path, parse_toml(path, contents.content), readable_by_others=contents.readable_by_others)


def read_contents(path: Path) -> FileContents | None:
    """Read the file without checks; None if there is none.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return read_file(path, _LIMIT)
    except OSError as exc:
        raise ConfigError(f"cannot read {path}: {exc.strerror}") from exc


def parse_toml(path: Path, content: bytes) -> dict[str, Any]:
    """Parse TOML.

    Raises:
        ConfigError: it is not TOML; the message quotes nothing of it.
    """
    import tomllib

    try:
        if any(line.count(b".") > _MAX_DOTS for line in content.split(b"\n")):
            raise RecursionError  # noqa: TRY301  (of a key with 20,000 dots, tomllib makes more than a GiB)
        return tomllib.loads(content.decode("utf-8-sig"))  # Windows editors begin with a mark
    except (ValueError, RecursionError) as exc:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise ConfigError(
            f"{path} is not valid TOML: {_describe_problem(exc)}", hint="fix that line, or move the file away"
        ) from None


def _describe_problem(exc: Exception) -> str:
    """Describe what is wrong with a file without quoting it: a key or a value may be a secret."""
    if isinstance(exc, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if isinstance(exc, RecursionError):
        return "it is nested too deeply"
    where = re.search(r" \(at (line [0-9]+, column [0-9]+|end of document)\)$", str(exc))
    what = str(exc)[: where.start()] if where else ""
    known = re.fullmatch(r"([A-Za-z ,/-]|'[^'\n]{1,4}')+", what)
    return (what if known else "a key or a value is not valid") + (where[0] if where else "")


def check_config(path: Path, document: Mapping[str, Any], *, readable_by_others: bool = False) -> ConfigFile:
    """Check a TOML document and make a `ConfigFile` of it.

    Raises:
        ConfigError: an unknown key, or a value of the wrong type.
    """
    for key in document:
        _check_known_key(path, key, key, TOP_KEYS)
    default = document.get("default_profile")
    if default is not None and not isinstance(default, str):
        raise _create_type_error(path, "default_profile", "a string")
    if (decision_log := document.get(DECISION_LOG)) is not None:
        _check_value(path, (DECISION_LOG,), decision_log)
    profiles = document.get("profiles", {})
    if not isinstance(profiles, Mapping):
        raise _create_type_error(path, "profiles", "a table")
    for name, profile in profiles.items():
        _check_profile(path, name, profile)
    owners = document.get("owners", {})
    if not isinstance(owners, Mapping):
        raise _create_type_error(path, "owners", "a table")
    for name, owner_id in owners.items():
        _check_owner_name(path, name)
        _check_value(path, ("owners", name), owner_id)
    return ConfigFile(
        path,
        default,
        profiles,
        OwnerNames(owners),
        readable_by_others=readable_by_others,
        decision_log=decision_log,
    )


def _check_owner_name(path: Path, name: str) -> None:
    if not is_owner_name(name):
        raise ConfigError(f"a name in [owners] in {path} is not valid", hint=OWNER_NAME_HINT)


def _check_profile(path: Path, name: str, profile: object) -> None:
    if not isinstance(profile, Mapping):
        raise _create_type_error(path, f"profiles.{name}", "a table")
    for key, value in profile.items():
        _check_known_key(path, key, f"profiles.{name}.{key}", PROFILE_KEYS)
        _check_value(path, ("profiles", name, key), value)


def _check_value(path: Path, key_path: tuple[str, ...], value: object) -> None:
    if expected := describe_expected_value(key_path, value):
        raise _create_type_error(path, ".".join(key_path), expected)


def _check_known_key(path: Path, key: str, full: str, known: tuple[str, ...]) -> None:
    if key not in known:
        # A token that was pasted into the wrong place must not get into a log.
        what = f"unknown key {full}" if is_key_name(key) else "an unknown key, which is not shown,"
        belongs = f"{key} belongs to a profile: move it below [profiles.NAME]; " if key in PROFILE_KEYS else ""
        raise ConfigError(f"{what} in {path}", hint=f"{belongs}known keys: {', '.join(known)}")


def _create_type_error(path: Path, key: str, expected: str) -> ConfigError:
    return ConfigError(f"{key} in {path} must be {expected}", hint=build_unset_hint(key))


def build_unset_hint(key: str) -> str:
    """Build the hint that says how to remove a key."""
    from imgshare_cli import hints

    return f"{hints.build_command('config', 'unset', hints.quote_word(key, 'KEY'))} removes it"
