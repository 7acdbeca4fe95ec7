"""What imgshare remembers between runs to be quicker; all of it may be lost without harm."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def folder(environ: Mapping[str, str], *, windows: bool = sys.platform == "win32") -> Path:
    """Where it is kept: the state folder of XDG on Linux and macOS, LOCALAPPDATA on Windows."""
    if windows:
        return Path(environ.get("LOCALAPPDATA") or "~/AppData/Local").expanduser() / "imgshare"
    return Path(environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser() / "imgshare"


def recall(name: str, environ: Mapping[str, str]) -> str | None:
    """What was remembered under a name, or None."""
    try:
        return (folder(environ) / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def remember(name: str, text: str, environ: Mapping[str, str]) -> None:
    """Keep a text for later runs, readable by its owner alone; where that cannot be done, do without."""
    with contextlib.suppress(OSError):
        replace(folder(environ) / name, text.encode())


def replace(path: Path, content: bytes) -> None:
    """Put a file into place in one step, readable by its owner alone.

    Raises:
        OSError: the folder or the file cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp makes the file with mode 600; a reader sees the old file or the new one, never half of one.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
