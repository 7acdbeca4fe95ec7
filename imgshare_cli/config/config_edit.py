"""Changes to the config file, which keep its comments and what other runs write at the same time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable

from imgshare_cli.config.config_file import build_unset_hint, check_config, parse_toml, read_contents
from imgshare_cli.config.file_writing import lock_file, remove_stale_files, replace_file
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tomlkit import TOMLDocument


def edit_config_file(path: Path, change: Callable[[TOMLDocument], None], *, check: bool = True) -> None:
    """Change the config file in one step, keeping its comments and its order, readable by its owner alone.

    Runs that do so at the same time wait for each other, and each changes what the one before it left.

    Args:
        path: the file, which need not exist; where it is a link, what it points to is changed.
        change: does the change, in place; it may be called twice, and must depend on the document alone.
        check: whether the outcome must be a config file that `read_config_file` accepts.

    Raises:
        ConfigError: the file cannot be read or written, is not TOML, or would not be a valid config file.
    """
    # Where there is nothing to change, nothing need be writable; and what this loads is not loaded under the lock.
    if _apply_change(path, change, check=check) is None:
        return
    try:
        target = path.resolve()
        with lock_file(target):
            remove_stale_files(target)
            content = _apply_change(path, change, check=check)
            if content is not None:
                replace_file(target, content)
    except OSError as exc:
        raise ConfigError(f"cannot write {path}: {exc.strerror}") from exc


def _apply_change(path: Path, change: Callable[[TOMLDocument], None], *, check: bool) -> bytes | None:
    """Return the new content of the file, or None if nothing changes."""
    contents = read_contents(path)
    if contents and not path.is_file():
        raise ConfigError(f"{path} is not a file", hint="set IMGSHARE_CONFIG to another path")
    before = contents.content if contents else b""
    parse_toml(path, before)  # of the two parsers this one quotes nothing in its errors
    try:
        document = tomlkit.parse(before.decode("utf-8-sig"))
        change(document)
        meant, after = document.unwrap(), tomlkit.dumps(document).encode()
    except (TOMLKitError, ValueError, TypeError, RecursionError) as exc:
        raise _create_edit_error(path) from exc
    if check:
        check_config(path, meant)
    if after == before:
        return None
    # tomlkit puts what comes after a table of dotted keys (`profiles.a.timeout = 3`) into a new profile.
    if _to_comparable(parse_toml(path, after)) != _to_comparable(meant):
        raise _create_edit_error(path)
    return after


def _create_edit_error(path: Path) -> ConfigError:
    return ConfigError(f"cannot change {path} without changing the rest of it", hint="edit it by hand")


def _to_comparable(document: Mapping[str, Any]) -> str:
    # Without its last profile, tomlkit leaves the table of profiles out. In JSON nan equals itself.
    return json.dumps({key: value for key, value in document.items() if value != {}}, sort_keys=True, default=str)


def set_value(document: TOMLDocument, where: tuple[str, ...], value: object) -> None:
    """Set a value in a document; create the missing tables above it."""
    table: Any = document
    for part in where[:-1]:
        if part not in table:
            inline = isinstance(table, InlineTable)
            table[part] = tomlkit.inline_table() if inline else tomlkit.table(is_super_table=part == "profiles")
        table = table[part]
        if not isinstance(table, Mapping):
            raise ConfigError(f"{part} in the config file must be a table", hint=build_unset_hint(part))
    table[where[-1]] = value


def add_profile(document: TOMLDocument, name: str) -> None:
    """Add an empty profile if there is none of this name."""
    if name not in document.get("profiles", {}):
        set_value(document, ("profiles", name), tomlkit.table())


def remove_value(document: TOMLDocument, where: tuple[str, ...]) -> bool:
    """Remove a value from a document; return whether it was there."""
    table: Any = document
    for part in where[:-1]:
        table = table.get(part)
        if not isinstance(table, Mapping):
            return False
    return table.pop(where[-1], None) is not None
