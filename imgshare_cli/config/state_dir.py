"""The state folder: what imgshare remembers between runs to be quicker; losing it does no harm."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from typing import TYPE_CHECKING

from imgshare_cli.config.file_reading import find_state_folder, is_owned_by_user, read_file
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_LIMIT = 4 << 20


def read_state(name: str, environ: Mapping[str, str]) -> str | None:
    """Read what was remembered under a name; None also if somebody else owns the folder."""
    try:
        contents = (
            read_file(find_state_folder(environ) / name, _LIMIT)
            if is_owned_by_user(find_state_folder(environ))
            else None
        )
        return contents.content.decode() if contents else None
    except (OSError, UnicodeDecodeError):
        return None


def read_newest_state(folder: str, environ: Mapping[str, str]) -> str | None:
    """Read what was remembered last in a folder; None if nothing was."""
    try:
        newest = max(_list_files(find_state_folder(environ) / folder), default=None)
    except OSError:
        return None
    return read_state(f"{folder}/{newest[1]}", environ) if newest else None


def limit_state_files(folder: str, most: int, environ: Mapping[str, str], *, kept_seconds: float = 0) -> None:
    """Remove the oldest files of a folder, and their locks; a failure is ignored.

    Args:
        folder: the folder.
        most: how many files stay.
        environ: the environment, which tells where the folder is.
        kept_seconds: how long a file stays in any case, unless it is an empty list.
    """
    path = find_state_folder(environ) / folder
    with contextlib.suppress(OSError):
        old_files = sorted(_list_files(path), reverse=True)[most:] if is_owned_by_user(path) else []
        for modified_at, name, size in old_files:
            if size > len("[]") and time.time_ns() - modified_at < kept_seconds * 1e9:
                continue
            for stale in (path / name, path / f".{name}.lock"):
                stale.unlink(missing_ok=True)


def _list_files(folder: Path) -> list[tuple[int, str, int]]:
    """List the time, the name and the size of each state file, without locks and temporary files."""
    with os.scandir(folder) as entries:
        return [
            ((status := entry.stat(follow_symlinks=False)).st_mtime_ns, entry.name, status.st_size)
            for entry in entries
            if entry.name.endswith(".json") and not entry.name.startswith(".")
        ]


def write_state(name: str, text: str, environ: Mapping[str, str]) -> None:
    """Remember a text for later runs, readable by its owner alone; a failure is ignored."""
    from imgshare_cli.config.file_writing import replace_file

    with contextlib.suppress(OSError):
        replace_file(prepare_folder(find_state_folder(environ)) / name, text.encode())


def update_state(
    name: str, change: Callable[[str | None], str], environ: Mapping[str, str], *, seconds: float = 0
) -> None:
    """Change what is remembered under a name; a failure is ignored.

    Args:
        name: the name.
        change: returns the new text for the old one.
        environ: the environment, which tells where files go.
        seconds: how long to wait for another run that changes it, before this change is left out.
    """
    from imgshare_cli.config.file_writing import lock_file, remove_stale_files, replace_file

    with contextlib.suppress(OSError, ConfigError):
        path = prepare_folder(find_state_folder(environ)) / name
        with lock_file(path, seconds):
            remove_stale_files(path)
            replace_file(path, change(read_state(name, environ)).encode())


def prepare_folder(folder: Path) -> Path:
    """Create one of our folders, or close it to other users.

    Raises:
        OSError: it cannot be made, or somebody else owns it and may change what we put there.
    """
    from imgshare_cli.config.folders import create_folder

    create_folder(folder)
    if not is_owned_by_user(folder):
        raise PermissionError(errno.EPERM, f"{folder} belongs to another user")
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    return folder
