"""The backend of the system's keyring: which one to use, found quickly."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imgshare_cli.config.state_dir import read_state, write_state
from imgshare_cli.errors import AuthError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

    from imgshare_cli.auth.secret_service import SecretServiceReader

WITHOUT_KEYRING = "set IMGSHARE_TOKEN, or unlock the keyring and try again"
_LINUX_BACKEND = "keyring.backends.SecretService.Keyring"
_STATE = "keyring-backend"


def open_reader() -> SecretServiceReader | KeyringBackend:
    """Open the keyring for reading alone, which is quicker on Linux.

    Raises:
        AuthError: there is no usable keyring.
    """
    # Importing keyring costs 130 ms, a whole run without it 180; by secretstorage alone it is 45.
    if _read_backend_name() == _LINUX_BACKEND and not any(name.startswith("KEYRING_") for name in os.environ):
        from imgshare_cli.auth.secret_service import SecretServiceReader

        return SecretServiceReader()
    return open_backend()


def open_backend() -> KeyringBackend:
    """Open the keyring, if its backend keeps secrets: `fail`, `null` and plain files have a low priority.

    Raises:
        AuthError: there is no usable keyring.
    """
    backend = _load_remembered_backend() or _search_backend()
    if backend.priority < 1:
        raise AuthError(f"no usable keyring found (backend {type(backend).__module__})", hint=WITHOUT_KEYRING)
    return backend


def remember_backend(backend: KeyringBackend) -> None:
    """Remember which backend worked, for the next runs."""
    if "PYTHON_KEYRING_BACKEND" not in os.environ:
        write_state(_STATE, f"{type(backend).__module__}.{type(backend).__qualname__}", os.environ)


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
