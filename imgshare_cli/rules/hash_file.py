"""A file of hashes as `sha512sum` writes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imgshare_cli.config.file_reading import read_file
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

_MAX_SIZE = 16 << 20  # a hundred thousand lines
# A backslash in front says that the file's name has escapes in it; a `*`, that it was read as binary (sha512sum(1)).
_LINE = re.compile(rb"\\?([0-9a-fA-F]{128}) [ *].+")
_TAGGED_LINE = re.compile(rb"\\?SHA512 \(.+\) = ([0-9a-fA-F]{128})")


def read_hash_file(path: Path) -> frozenset[str]:
    """Read the hashes of a file; the names of files in it mean nothing.

    Returns:
        The hashes, each as `Image.hash` is; there is at least one.

    Raises:
        ConfigError: it cannot be read, has a line that `sha512sum` does not write, or has none.
    """
    try:
        contents = read_file(path, _MAX_SIZE)
    except OSError as exc:
        raise ConfigError(f"cannot read the hashes in {path}: {exc.strerror}") from exc
    if contents is None:
        raise ConfigError(f"cannot read the hashes in {path}: there is no such file")
    hashes = set()
    for number, line in enumerate(contents.content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        text = line.removesuffix(b"\r")
        if not text.strip() or text.startswith(b"#"):  # sha512sum --check passes over these as well
            continue
        match = _LINE.fullmatch(text) or _TAGGED_LINE.fullmatch(text)
        if match is None:
            raise ConfigError(
                f"line {number} of {path} is not as sha512sum writes it",
                hint="each line is the 128 digits of a hash, two spaces and the name of a file",
            )
        hashes.add("sha512:" + match[1].decode().lower())
    if not hashes:
        raise ConfigError(f"{path} has no hashes, so the rule could never match")
    return frozenset(hashes)
