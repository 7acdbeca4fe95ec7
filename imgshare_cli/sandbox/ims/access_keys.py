"""Access keys, the requests that they sign, and the projects that their users have a role in."""

from __future__ import annotations

import secrets
import string
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imgshare_cli.sandbox.tokens import Caller

_ID_LETTERS = string.ascii_uppercase + string.digits
_SECRET_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key (AK/SK). A temporary one also has a security token."""

    access_key: str
    secret_key: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)


class KeyStore:
    """All valid access keys, each with its user's callers: one for each project, the main one first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[AccessKey, dict[str, Caller]]] = {}

    def issue(self, *callers: Caller, temporary: bool = False) -> AccessKey:
        """Create a key in the format of the clouds, for a user who is one of these callers in each project."""
        key = AccessKey(
            _create_text(_ID_LETTERS, 20), _create_text(_SECRET_LETTERS, 40), _create_token() if temporary else None
        )
        with self._lock:
            self._keys[key.access_key] = key, {caller.project_id: caller for caller in callers}
        return key

    def revoke(self, access_key: str) -> None:
        """Make a key invalid, as if it had been deleted or had expired."""
        with self._lock:
            self._keys.pop(access_key, None)

    def find(self, access_key: str) -> tuple[AccessKey, dict[str, Caller]] | None:
        """Find a key and its user's callers."""
        with self._lock:
            return self._keys.get(access_key)


def _create_text(letters: str, length: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(length))


def _create_token() -> str:
    return secrets.token_urlsafe(96)
