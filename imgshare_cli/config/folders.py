"""Creates folders that only their owner can read."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def create_folder(path: Path) -> None:
    """Create a folder and the missing ones above it, all of mode 700 whatever the umask.

    Raises:
        OSError: one cannot be made.
    """
    if path.is_dir():
        return
    if path.parent == path:  # the current folder has gone
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    create_folder(path.parent)
    try:
        path.mkdir(mode=0o700)
        path.chmod(0o700)
    except FileExistsError:
        if not path.is_dir():  # else another run was quicker
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from None
