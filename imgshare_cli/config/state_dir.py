"""What imgshare remembers between runs to be quicker; all of it may be lost without harm."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TYPE_CHECKING

from imgshare_cli.config import file_reading as files
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_LIMIT = 4 << 20


def folder(environ: Mapping[str, str], *, windows: bool = sys.platform == "win32") -> Path:
    """Where it is kept: the state folder of XDG on Linux and macOS, LOCALAPPDATA on Windows."""
    variable, default = ("LOCALAPPDATA", "AppData/Local") if windows else ("XDG_STATE_HOME", ".local/state")
    return files.base(environ, variable, default) / "imgshare"


def recall(name: str, environ: Mapping[str, str]) -> str | None:
    """What was remembered under a name, or None, also where somebody else owns the folder."""
    try:
        found = files.read(folder(environ) / name, _LIMIT) if files.is_ours(folder(environ)) else None
        return found.content.decode() if found else None
    except (OSError, UnicodeDecodeError):
        return None


def remember(name: str, text: str, environ: Mapping[str, str]) -> None:
    """Keep a text for later runs, readable by its owner alone; where that cannot be done, do without."""
    from imgshare_cli.config import file_writing as writing

    with contextlib.suppress(OSError):
        writing.replace(prepared(folder(environ)) / name, text.encode())


def update(name: str, change: Callable[[str | None], str], environ: Mapping[str, str]) -> None:
    """Change what is remembered under a name; where another run is at it, or it cannot be done, do without."""
    from imgshare_cli.config import file_writing as writing

    with contextlib.suppress(OSError, ConfigError):
        path = prepared(folder(environ)) / name
        with writing.locked(path, seconds=0):
            writing.sweep(path)
            writing.replace(path, change(recall(name, environ)).encode())


def prepared(place: Path) -> Path:
    """Make one of our folders, or close it to other users.

    Raises:
        OSError: it cannot be made, or somebody else owns it and may change what we put there.
    """
    from imgshare_cli.config import file_writing as writing

    writing.make_folder(place)
    if not files.is_ours(place):
        raise PermissionError(errno.EPERM, f"{place} belongs to somebody else")
    if os.name == "posix" and place.stat().st_mode & 0o077:
        place.chmod(0o700)
    return place
