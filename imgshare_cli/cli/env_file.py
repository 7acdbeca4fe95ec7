"""A file of settings for a shell to read, which is there, whole, only while what it describes is running."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from imgshare_cli.config.file_reading import read_file
from imgshare_cli.config.file_writing import replace_file
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST_LINE = "# written by imgshare sandbox, which removes this file when it ends"
_LIMIT = 1 << 20


def remove_leftover(path: Path) -> Path:
    """Remove the file of an earlier run, so that nobody who waits for the new one reads it.

    A file that is something else, such as the `.env` of a project, is left alone.

    Returns:
        Where to write: the path, or what it points to.

    Raises:
        ConfigError: no file can be written there.
    """
    target = Path(os.path.realpath(path))
    try:
        _check_leftover(path, target)
        target.unlink(missing_ok=True)
        target.parent.stat()
    except OSError as exc:
        raise _create_write_error(path, exc) from exc
    return target


def _check_leftover(path: Path, target: Path) -> None:
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        if not path.is_symlink():
            return
        mode = 0  # in a folder of others, a link to what is not there could create a file anywhere
    if not stat.S_ISREG(mode):
        raise ConfigError(
            f"cannot write {path}: it is not a regular file", hint="pass a path where a file can be created"
        )
    contents = read_file(target, _LIMIT)
    if contents and contents.content and not contents.content.startswith(_FIRST_LINE.encode()):
        raise ConfigError(
            f"{path} exists, and was not written by imgshare sandbox", hint="pass another path, or remove the file"
        )


@contextlib.contextmanager
def publish_lines(path: Path, lines: list[str]) -> Iterator[None]:
    """Have the file there during the `with` block; at the end it is removed unless somebody else has written it.

    Raises:
        ConfigError: the file cannot be written.
    """
    content = "".join(f"{line}\n" for line in (_FIRST_LINE, *lines)).encode()
    try:
        replace_file(path, content)
    except OSError as exc:
        raise _create_write_error(path, exc) from exc
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            contents = read_file(path, _LIMIT)
            if contents and contents.content == content:
                path.unlink()


def _create_write_error(path: Path, exc: OSError) -> ConfigError:
    return ConfigError(f"cannot write {path}: {exc.strerror}", hint="pass a path where a file can be created")
