"""Tokens in files that only their owner can read, for those who chose `token_store = "file"`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from imgshare_cli import state
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping


class FileStore:
    """One entry: a file of mode 600 in the state folder.

    Args:
        name: the entry's name.
        environ: tells where the state folder is.
    """

    def __init__(self, name: str, environ: Mapping[str, str]) -> None:
        self._path = state.folder(environ) / "tokens" / quote(name, safe="")
        self.where = str(self._path)

    def read(self) -> str | None:
        """What is stored, or None.

        Raises:
            ConfigError: others can read the file, or we cannot.
        """
        try:
            with self._path.open(encoding="utf-8") as stream:
                if os.name == "posix" and os.fstat(stream.fileno()).st_mode & 0o077:
                    from imgshare_cli import hints

                    raise ConfigError(
                        f"others can read {self._path}, and a token is in it",
                        hint=f"chmod 600 closes it; {hints.command('logout')} makes the token worthless",
                    )
                return stream.read()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as exc:
            raise ConfigError(f"cannot read {self._path}: {exc}") from exc

    def write(self, text: str) -> None:
        """Store it.

        Raises:
            ConfigError: the file cannot be written.
        """
        try:
            state.replace(self._path, text.encode())
        except OSError as exc:
            raise ConfigError(f"cannot write {self._path}: {exc.strerror}") from exc

    def delete(self) -> bool:
        """Remove the entry; whether there was one."""
        there = self._path.exists()
        Path(self._path).unlink(missing_ok=True)
        return there
