"""The user's files: where they are, and reading them: only regular files, up to a size."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

# The home of a user who has none: nothing can be read below it or made there, not even by root.
NOWHERE = Path(os.devnull)
# A file of the state folder; where there is none, a run loads nothing of the folder.
JOB_ENDPOINTS = "job-endpoints.json"
# Opening a FIFO must not wait for a writer, and a terminal must not become ours.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"))


class FileContents(NamedTuple):
    """What is in a file.

    Attributes:
        content: all of its bytes.
        readable_by_others: whether its mode gives other users any access.
    """

    content: bytes
    readable_by_others: bool = False


def read_file(path: Path, limit: int) -> FileContents | None:
    """Read a regular file of at most so many bytes; the null device is an empty one.

    Returns:
        What is in it, or None where there is no such file.

    Raises:
        OSError: it cannot be read, is not a regular file, or is larger; `strerror` says which.
    """
    try:
        # It is checked before it is opened as well: opening some devices already has an effect.
        if _is_null_device(os.stat(path)):  # noqa: PTH116  (the file is checked again below)
            return FileContents(b"")
        with open_regular_file(path) as stream:
            file_stat = _check_regular(os.fstat(stream.fileno()), limit)
            content = stream.read(limit + 1)  # some file systems say that a file is empty, and have it grow
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as exc:
        if exc.errno != errno.ENAMETOOLONG:  # no file has such a name
            raise
        return None
    if len(content) > limit:
        raise _create_size_error(limit)
    return FileContents(content, os.name == "posix" and bool(file_stat.st_mode & 0o077))


def open_regular_file(path: Path) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        OSError: it cannot be read, or is not a regular file.
    """
    stream = os.fdopen(os.open(path, _FLAGS), "rb")
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OSError(errno.EINVAL, "it is not a regular file")
    return stream


def _is_null_device(file_stat: os.stat_result) -> bool:
    if stat.S_ISREG(file_stat.st_mode):
        return False
    if not stat.S_ISCHR(file_stat.st_mode) or not os.path.samestat(file_stat, os.stat(os.devnull)):  # noqa: PTH116
        raise OSError(errno.EINVAL, "it is not a regular file")
    return True


def check_regular_file(path: Path, limit: int) -> None:
    """Check a file that a library will read: it would wait for a pipe, and read a device without end.

    Raises:
        OSError: it is not there, is not a regular file, or is larger.
    """
    _check_regular(os.stat(path), limit)  # noqa: PTH116  (as above)


def _check_regular(file_stat: os.stat_result, limit: int) -> os.stat_result:
    if not stat.S_ISREG(file_stat.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file")
    if file_stat.st_size > limit:
        raise _create_size_error(limit)
    return file_stat


def _create_size_error(limit: int) -> OSError:
    return OSError(errno.EFBIG, f"it is larger than {limit >> 10} KiB")


def is_owned_by_user(path: Path) -> bool:
    """Whether no other user owns a file or folder; a missing one counts as ours.

    Raises:
        OSError: its owner cannot be read.
    """
    try:
        return os.name != "posix" or path.stat().st_uid == os.geteuid()
    except (FileNotFoundError, NotADirectoryError):
        return True


def find_home(environ: Mapping[str, str]) -> Path:
    """Find the user's home: HOME, or what the system knows if that is empty or relative, or NOWHERE."""
    named = environ.get("USERPROFILE" if os.name == "nt" else "HOME", "")
    if not Path(named).is_absolute():
        try:
            import pwd

            named = pwd.getpwuid(os.getuid()).pw_dir
        except (ImportError, KeyError):  # Windows, and users that the system does not know, as in containers
            return NOWHERE
    return Path(named) if Path(named).is_absolute() else NOWHERE


def find_base_folder(environ: Mapping[str, str], variable: str, default: str) -> Path:
    """Find a base folder: the variable's, or the default below the home.

    A relative one is ignored, as the XDG Base Directory Specification says: it would be another in each folder.
    """
    named = environ.get(variable, "")
    return Path(named) if Path(named).is_absolute() else find_home(environ) / default


def find_state_folder(environ: Mapping[str, str], *, windows: bool = sys.platform == "win32") -> Path:
    """Find the state folder: of XDG on Linux and macOS, of LOCALAPPDATA on Windows."""
    variable, default = ("LOCALAPPDATA", "AppData/Local") if windows else ("XDG_STATE_HOME", ".local/state")
    return find_base_folder(environ, variable, default) / "imgshare"


def expand_path(text: str, environ: Mapping[str, str]) -> Path:
    """Expand a path: `~` is the home, `~name` the home of that user.

    Raises:
        ConfigError: there is no such user.
    """
    first, _, rest = text.replace(os.sep, "/").partition("/")
    if first == "~":
        return find_home(environ) / rest
    path = os.path.expanduser(text)  # noqa: PTH111  (pathlib raises RuntimeError instead)
    if first.startswith("~") and path == text:
        raise ConfigError(f"user {first[1:]!r} does not exist (in {text!r})", hint="use the full path")
    return Path(path)
