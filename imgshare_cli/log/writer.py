"""Writes the decision log: a line for each decision, in one write, whichever other runs write at the same time."""

from __future__ import annotations

import errno
import json
import os
import stat
import time
from typing import TYPE_CHECKING

from imgshare_cli.errors import ConfigError
from imgshare_cli.log.folder import find_log_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from imgshare_cli.config.config_file import ConfigFile

# It is also read: a run that was killed may have left a line without its end. Opening a FIFO must not wait for a
# reader, a terminal must not become ours, and a link may lead to any other file of the user.
_FLAGS = (
    os.O_RDWR
    | os.O_APPEND
    | os.O_CREAT
    | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
)
_PAUSES = (0, *[0.05] * 40)  # seconds


class DecisionLog:
    """The log that a run writes; what goes wrong with it is a note, and never ends the work.

    Args:
        folder: the folder of its files, one for each month.
        note: shows a sentence to the user.
    """

    def __init__(self, folder: Path, note: Callable[[str], None]) -> None:
        self._folder = folder
        self._note = note
        self._month = ""
        self._descriptor: int | None = None
        self._is_line_open = False
        self._has_failed = False

    def append(self, record: Mapping[str, str | None]) -> bool:
        """Append a decision, and return whether that worked; one thread at a time calls it.

        Args:
            record: the fields of a `LogEntry`, in their order.
        """
        try:
            self._write((json.dumps(record) + "\n").encode(), str(record["time"])[:7])
        except OSError as exc:
            if not self._has_failed:  # each decision of a batch would say the same
                self._has_failed = True
                self._note(_describe_failure(self._folder, exc))
            return False
        return True

    def _write(self, line: bytes, month: str) -> None:
        if month != self._month or self._descriptor is None:
            self.close()
            self._descriptor = self._open(f"{month}.jsonl")
            self._month = month
        content = b"\n" + line if self._is_line_open else line
        # On a local file system, no other process writes between the parts of one write.
        written = os.write(self._descriptor, content)
        self._is_line_open = written < len(content)
        if self._is_line_open:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _open(self, name: str) -> int:
        try:
            descriptor = os.open(self._folder / name, _FLAGS, 0o600)
        except FileNotFoundError:
            from imgshare_cli.config.folders import create_folder

            create_folder(self._folder)
            descriptor = os.open(self._folder / name, _FLAGS, 0o600)
        try:
            _check_file(descriptor, self._folder)
            self._is_line_open = _ends_inside_line(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def close(self) -> None:
        """Close the file; the next decision opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor, self._is_line_open = None, False


def _check_file(descriptor: int, folder: Path) -> None:
    """Check that a file is a log of the user, in a folder where nobody else can replace it."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        raise OSError(errno.EINVAL, "the file of this month is not a regular file with one name")
    if os.name == "posix":
        user = os.geteuid()
        if status.st_uid != user or os.stat(folder).st_uid not in {user, 0}:  # noqa: PTH116  (as above)
            raise OSError(errno.EPERM, "it belongs to another user")


def _ends_inside_line(descriptor: int) -> bool:
    """Whether a file ends inside a line that nobody is writing: a run that was killed has left it."""
    if not hasattr(os, "pread"):
        return False
    # A write of another process shows in parts, as the file grows page by page, and the machine may be busy between
    # two of them. What a killed run has left is waited for in vain, once: the next line puts an end to it.
    for pause in _PAUSES:
        time.sleep(pause)
        size = os.fstat(descriptor).st_size
        if not size or os.pread(descriptor, 1, size - 1) == b"\n":
            return False
    return True


def _describe_failure(folder: Path, exc: OSError) -> str:
    reason = "the file of this month is a link" if exc.errno == errno.ELOOP else (exc.strerror or "error").lower()
    return f"note: the decision is not in the log, because {folder} cannot be written: {reason}"


def open_log(environ: Mapping[str, str], file: ConfigFile, note: Callable[[str], None]) -> DecisionLog | None:
    """Open the log of a run; None where it is off, or where its setting is not valid, which is a note.

    Args:
        environ: the environment.
        file: the config file.
        note: shows a sentence to the user.
    """
    try:
        folder = find_log_folder(environ, file)
    except ConfigError as exc:
        note(f"note: the decision is not in the log: {exc.failure}")
        return None
    return DecisionLog(folder, note) if folder else None
