"""The backend of the system's keyring: which one to use, found quickly."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.config.settings import build_profile_option
from imgshare_cli.config.state_dir import read_state, write_state
from imgshare_cli.errors import AuthError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyring.backend import KeyringBackend

    from imgshare_cli.auth.secret_service import SecretServiceReader

# The errors of a keyring that is there; keyring raises InitError where nothing can ask the user to unlock one.
_LOCKED = {"InitError", "KeyringLocked", "LockedException", "PromptDismissedException"}
_LINUX_BACKEND = "keyring.backends.SecretService.Keyring"
_STATE = "keyring-backend"


class KeyringError(AuthError):
    """The keyring cannot be used.

    Attributes:
        is_absent: whether there is none, and not one that is locked or does not answer.
    """

    def __init__(self, failure: str, *, is_absent: bool = False) -> None:
        super().__init__(failure)
        self.is_absent = is_absent


def create_foreign_error(exc: BaseException) -> KeyringError:
    """Create the error for an exception of a backend, whose words are left out: they may quote what is stored."""
    kind = type(exc).__name__
    return KeyringError(f"the keyring cannot be used ({kind})", is_absent=kind not in _LOCKED)


def build_token_file_command(profile: str) -> str:
    """Build the command that stores the tokens of a profile in files."""
    return hints.build_command(
        "config", "set", "token_store", "file", *hints.build_options(build_profile_option(profile))
    )


def add_hint(error: AuthError, profile: str) -> AuthError:
    """Add the hint that says how a profile does without the keyring, where that is the problem."""
    if not isinstance(error, KeyringError):
        return error
    unlock = "" if error.is_absent else "unlock the keyring and try again; or "
    keep = build_token_file_command(profile)
    return error.replace(
        hint=f"{unlock}run {keep} to store tokens in a file that only you can read, or set IMGSHARE_TOKEN"
    )


def open_reader() -> SecretServiceReader | KeyringBackend:
    """Open the keyring for reading alone, which is quicker on Linux.

    Raises:
        KeyringError: there is no usable keyring.
    """
    # Importing keyring costs 130 ms, a whole run without it 180; by secretstorage alone it is 45.
    if _read_backend_name() == _LINUX_BACKEND and not any(name.startswith("KEYRING_") for name in os.environ):
        from imgshare_cli.auth.secret_service import SecretServiceReader

        return SecretServiceReader()
    return open_backend()


def open_backend() -> KeyringBackend:
    """Open the keyring, if its backend keeps secrets: `fail`, `null` and plain files have a low priority.

    Raises:
        KeyringError: there is no usable keyring.
    """
    backend = _load_remembered_backend() or _search_backend()
    if backend.priority < 1:
        raise KeyringError(f"no usable keyring found (backend {type(backend).__module__})", is_absent=True)
    return backend


def remember_backend(backend: KeyringBackend) -> None:
    """Remember which backend worked, for the next runs."""
    if "PYTHON_KEYRING_BACKEND" not in os.environ:
        write_state(_STATE, f"{type(backend).__module__}.{type(backend).__qualname__}", os.environ)


def is_keyring_known(environ: Mapping[str, str]) -> bool:
    """Whether an earlier run stored something in a keyring."""
    return read_state(_STATE, environ) is not None


def _load_remembered_backend() -> KeyringBackend | None:
    # Searching through all the backends for the best one costs 70 ms, more than reading the token from it.
    name = _read_backend_name()
    if name is None:
        return None
    from keyring.backend import KeyringBackend
    from keyring.core import load_keyring

    try:
        backend: object = load_keyring(name)
    except (ImportError, AttributeError, ValueError, RuntimeError, TypeError):
        return None  # it has gone since
    return backend if isinstance(backend, KeyringBackend) else None


def _read_backend_name() -> str | None:
    return None if "PYTHON_KEYRING_BACKEND" in os.environ else read_state(_STATE, os.environ)


def _search_backend() -> KeyringBackend:
    import keyring

    return keyring.get_keyring()
