"""Tokens, and the callers they belong to."""

from __future__ import annotations

import base64
import secrets
import struct
import time
from dataclasses import dataclass

# Keystone's implied roles: a user who has the first also has the others.
_IMPLIED = {
    "admin": frozenset({"admin", "manager", "member", "reader"}),
    "manager": frozenset({"manager", "member", "reader"}),
    "member": frozenset({"member", "reader"}),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """The project that a token is for, and what it allows there."""

    project_id: str
    is_admin: bool
    can_write: bool
    can_read: bool

    @classmethod
    def with_roles(cls, project_id: str, *roles: str) -> Caller:
        """Create a caller who has these roles and those that they imply."""
        effective = frozenset().union(*(_IMPLIED.get(role, frozenset({role})) for role in roles))
        return cls(project_id, "admin" in effective, "member" in effective, "reader" in effective)


class TokenStore:
    """All valid tokens."""

    def __init__(self) -> None:
        self._callers: dict[str, Caller] = {}
        self._revoked: set[str] = set()

    def issue(self, caller: Caller) -> str:
        """Create a token in Keystone's format."""
        fernet = b"\x80" + struct.pack(">Q", int(time.time())) + secrets.token_bytes(128)
        token = base64.urlsafe_b64encode(fernet).rstrip(b"=").decode()
        self._callers[token] = caller
        return token

    def revoke(self, token: str) -> None:
        """Make a token invalid, as if it had expired."""
        if self._callers.pop(token, None):
            self._revoked.add(token)

    def is_revoked(self, token: str) -> bool:
        """Return whether a token was valid once."""
        return token in self._revoked

    def get_caller(self, token: str) -> Caller | None:
        """Return the caller with this token, or None if it is not valid."""
        return self._callers.get(token)
