"""Files written by one run at a time, in one step, readable by their owner alone."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from imgshare_cli.config.folders import create_folder
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 10.0
_TEMPORARY = ".tmp"
_WITHOUT_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP}


@contextlib.contextmanager
def lock_file(path: Path, seconds: float = SECONDS) -> Iterator[None]:
    """Lock a file against changes by other runs; what a change depends on must be read inside.

    The lock is a file beside it, which stays: removing it would let two runs lock two files of one name. Where
    the file system has no locks, as some network file systems do not, the change is made without one.

    Args:
        path: the file, no link, which need not exist.
        seconds: how long to wait for another run.

    Raises:
        ConfigError: another run does not end, or the lock is a link, which may lead anywhere, or no file.
        OSError: there can be no file beside it.
    """
    from filelock import FileLock, Timeout

    create_folder(path.parent)
    lock_path = path.with_name(f".{path.name}.lock")
    # filelock does not follow a link either.
    if lock_path.is_symlink() or (lock_path.exists() and not lock_path.is_file()):
        raise ConfigError(f"{lock_path} is not a regular file, so it cannot be used as a lock", hint="remove it")
    lock = FileLock(lock_path, mode=0o600, fallback_to_soft=False)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(lock.acquire(timeout=seconds, poll_interval=0.02))
        except Timeout:
            raise ConfigError(
                f"another imgshare process is changing {path} and did not finish within {seconds:.0f} s",
                hint="stop it, or try again when it has finished",
            ) from None
        except OSError as exc:
            if exc.errno not in _WITHOUT_LOCKS:
                raise
        yield


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file in one step, readable by its owner alone whatever the umask.

    Raises:
        OSError: the folder or the file cannot be written.
    """
    create_folder(path.parent)
    # A reader sees the old file or the new one, never half of one.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_TEMPORARY)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            if os.name == "posix":
                os.fchmod(stream.fileno(), 0o600)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def remove_stale_files(path: Path) -> None:
    """Remove the temporary files of killed runs; call it only while the lock is held.

    Raises:
        OSError: it cannot be removed.
    """
    own = re.compile(re.escape(f".{path.name}.") + r"[a-z0-9_]{8}" + re.escape(_TEMPORARY))
    for entry in path.parent.iterdir():
        if own.fullmatch(entry.name):
            entry.unlink(missing_ok=True)
