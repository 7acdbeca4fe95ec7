"""The config file: where it is, what may stand in it, and how it is changed without losing a comment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tomlkit import TOMLDocument

TOP_KEYS = ("default_profile", "profiles")
PROFILE_KEYS = (
    "endpoint",
    "project_id",
    "cloud",
    "region",
    "interface",
    "vault_id",
    "cacert",
    "timeout",
    "token",
    "token_store",
)
TOKEN_STORES = ("keyring", "file")
MAX_TIMEOUT = 86400  # seconds in a day


@dataclass(frozen=True)
class File:
    """The config file, checked: every key is known and of the right type."""

    path: Path
    default_profile: str | None = None
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    readable_by_others: bool = False


def config_path(environ: Mapping[str, str], *, windows: bool = sys.platform == "win32") -> Path:
    """Where the config file is, whether or not it exists."""
    if named := environ.get("IMGSHARE_CONFIG"):
        return Path(named).expanduser()
    folder = environ.get("APPDATA") or "~/AppData/Roaming" if windows else environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(folder).expanduser() / "imgshare" / "config.toml"


def read(path: Path) -> File:
    """Read and check the config file; an absent one is an empty one.

    Raises:
        ConfigError: it cannot be read, is not TOML, or has an unknown key or a value of the wrong type.
    """
    try:
        with path.open("rb") as stream:
            content, mode = stream.read(), os.fstat(stream.fileno()).st_mode
    except FileNotFoundError:
        return File(path)
    except OSError as exc:
        raise ConfigError(f"cannot read {path}: {exc.strerror}") from exc
    import tomllib

    try:
        document = tomllib.loads(content.decode("utf-8-sig"))  # Windows editors begin with a mark
    except (ValueError, RecursionError) as exc:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise ConfigError(f"{path} is not TOML: {exc}", hint="mend that line, or move the file away") from exc
    return checked(path, document, readable_by_others=os.name == "posix" and bool(mode & 0o077))


def checked(path: Path, document: Mapping[str, Any], *, readable_by_others: bool = False) -> File:
    """Turn a TOML document into a `File`.

    Raises:
        ConfigError: an unknown key, or a value of the wrong type.
    """
    for key in document:
        _known(path, key, key, TOP_KEYS)
    default = document.get("default_profile")
    if default is not None and not isinstance(default, str):
        raise _wrong_type(path, "default_profile", "a string")
    profiles = document.get("profiles", {})
    if not isinstance(profiles, Mapping):
        raise _wrong_type(path, "profiles", "a table")
    for name, profile in profiles.items():
        _check_profile(path, name, profile)
    return File(path, default, profiles, readable_by_others)


def _check_profile(path: Path, name: str, profile: object) -> None:
    if not isinstance(profile, Mapping):
        raise _wrong_type(path, f"profiles.{name}", "a table")
    for key, value in profile.items():
        full = f"profiles.{name}.{key}"
        _known(path, key, full, PROFILE_KEYS)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if key == "timeout" and not (number and 0 < value <= MAX_TIMEOUT):
            raise _wrong_type(path, full, "a number of seconds above 0")
        if key != "timeout" and not isinstance(value, str):
            raise _wrong_type(path, full, "a string")
        if key == "token_store" and value not in TOKEN_STORES:
            raise _wrong_type(path, full, " or ".join(TOKEN_STORES))


def _known(path: Path, key: str, full: str, known: tuple[str, ...]) -> None:
    if key not in known:
        raise ConfigError(f"unknown key {full} in {path}", hint=f"known keys: {', '.join(known)}")


def _wrong_type(path: Path, key: str, wanted: str) -> ConfigError:
    return ConfigError(f"{key} in {path} must be {wanted}", hint=_unset(key))


def _unset(key: str) -> str:
    from imgshare_cli import hints

    return f"{hints.command('config', 'unset', hints.word(key, 'KEY'))} removes it"


def edit(path: Path, change: Callable[[TOMLDocument], None], *, check: bool = True) -> None:
    """Change the config file in one step, keeping its comments and its order, readable by its owner alone.

    Args:
        path: the file, which need not exist; where it is a link, what it points to is changed.
        change: does the change, in place.
        check: whether the outcome must be a config file that `read` would take.

    Raises:
        ConfigError: the file cannot be read or written, is not TOML, or would not be a valid config file.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    from imgshare_cli import state

    try:
        document = tomlkit.parse(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        document = tomlkit.document()
    except OSError as exc:
        raise ConfigError(f"cannot read {path}: {exc.strerror}") from exc
    except (TOMLKitError, ValueError, RecursionError) as exc:
        raise ConfigError(f"{path} is not TOML: {exc}", hint="mend that line, or move the file away") from exc
    if path.exists() and not path.is_file():
        raise ConfigError(f"{path} is not a file", hint="IMGSHARE_CONFIG names another")
    change(document)
    if check:
        checked(path, document.unwrap())
    try:
        state.replace(path.resolve(), tomlkit.dumps(document).encode())
    except OSError as exc:
        raise ConfigError(f"cannot write {path}: {exc.strerror}") from exc


def put(document: TOMLDocument, where: tuple[str, ...], value: object) -> None:
    """Set a value in a document, making the tables above it that are missing."""
    import tomlkit
    from tomlkit.items import InlineTable

    table: Any = document
    for part in where[:-1]:
        if part not in table:
            inline = isinstance(table, InlineTable)
            table[part] = tomlkit.inline_table() if inline else tomlkit.table(is_super_table=part == "profiles")
        table = table[part]
        if not isinstance(table, Mapping):
            raise ConfigError(f"{part} in the config file must be a table", hint=_unset(part))
    table[where[-1]] = value


def add_profile(document: TOMLDocument, name: str) -> None:
    """Make sure that a profile is there, even if it is empty."""
    import tomlkit

    if name not in document.get("profiles", {}):
        put(document, ("profiles", name), tomlkit.table())


def remove(document: TOMLDocument, where: tuple[str, ...]) -> None:
    """Remove a value from a document; one that is not there is removed already."""
    table: Any = document
    for part in where[:-1]:
        table = table.get(part)
        if not isinstance(table, Mapping):
            return
    table.pop(where[-1], None)
