"""Tokens in files that only their owner can read, for those who chose `token_store = "file"`."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from urllib.parse import quote

from imgshare_cli.config.file_reading import find_state_folder, is_owned_by_user, read_file
from imgshare_cli.config.file_writing import lock_file, remove_stale_files, replace_file
from imgshare_cli.config.state_dir import prepare_folder
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LIMIT = 4 << 20
_LONGEST = 200  # of the 255 bytes that a name may have, the file on its way into place takes some


class FileStore:
    """One entry: a file of mode 600 in the state folder.

    Args:
        name: the entry's name.
        environ: tells where the state folder is.
        must_be_private: whether a file that others can read is refused.
    """

    def __init__(self, name: str, environ: Mapping[str, str], *, must_be_private: bool = True) -> None:
        self._must_be_private = must_be_private
        self._folder = find_state_folder(environ)
        self._path = self._folder / "tokens" / _build_file_name(name)
        self.where = str(self._path)

    def read(self) -> str | None:
        """Read the entry; None if there is none.

        Raises:
            ConfigError: others can read the file, or we cannot.
        """
        with self._translate_errors("read"):
            self._check_owner()
            contents = read_file(self._path, _LIMIT)
            if contents is None:
                return None
            if contents.readable_by_others and self._must_be_private:
                from imgshare_cli import hints

                raise ConfigError(
                    f"other users can read {self._path}, which contains a token",
                    hint=f"chmod 600 fixes it; {hints.build_command('logout')} revokes the token",
                )
            try:
                return contents.content.decode()
            except UnicodeDecodeError:
                raise ConfigError(f"cannot read {self._path}: it is not text") from None

    def write(self, text: str) -> None:
        """Write the entry.

        Raises:
            ConfigError: the file cannot be written.
        """
        with self._translate_errors("write"):
            for folder in (self._folder, self._path.parent):
                prepare_folder(folder)
            with lock_file(self._path.parent):
                remove_stale_files(self._path)
                replace_file(self._path, text.encode())

    def delete(self) -> bool:
        """Delete the entry and what a killed run left of it; return whether there was one.

        Raises:
            ConfigError: it cannot be removed.
        """
        with self._translate_errors("remove"):
            self._check_owner()
            if not self._path.parent.is_dir():
                return False
            with lock_file(self._path.parent):
                remove_stale_files(self._path)
                there = self._path.is_symlink() or self._path.exists()
                self._path.unlink(missing_ok=True)
            return there

    @contextlib.contextmanager
    def _translate_errors(self, verb: str) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            raise ConfigError(f"cannot {verb} {self._path}: {exc.strerror}") from exc

    def _check_owner(self) -> None:
        for folder in (self._folder, self._path.parent):
            if not is_owned_by_user(folder):
                raise ConfigError(
                    f"{folder} belongs to another user, so your token cannot be stored there",
                    hint="set XDG_STATE_HOME to a directory that you own",
                )


def _build_file_name(name: str) -> str:
    # A profile may be called `..`, or like a file on its way into place; and quote() leaves dots as they are.
    quoted = quote(name, safe="", errors="surrogatepass")
    quoted = f"%2E{quoted[1:]}" if quoted.startswith(".") else quoted
    if len(quoted) <= _LONGEST:
        return quoted
    import hashlib

    # No quoted name has two of these signs in a row.
    return f"%%{hashlib.sha256(quoted.encode()).hexdigest()}"
