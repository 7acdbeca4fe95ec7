"""Tokens: who is calling, and with which roles."""

from __future__ import annotations

import base64
import secrets
import struct
import time
from dataclasses import dataclass

# Keystone's implied roles: whoever has the first also has the others.
_IMPLIED = {
    "admin": frozenset({"admin", "manager", "member", "reader"}),
    "manager": frozenset({"manager", "member", "reader"}),
    "member": frozenset({"member", "reader"}),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """The project a token speaks for, and what it may do there."""

    project_id: str
    is_admin: bool
    may_write: bool
    may_read: bool

    @classmethod
    def with_roles(cls, project_id: str, *roles: str) -> Caller:
        """A caller who has these roles and what they imply."""
        held = frozenset().union(*(_IMPLIED.get(role, frozenset({role})) for role in roles))
        return cls(project_id, "admin" in held, "member" in held, "reader" in held)


class Tokens:
    """Every token that is good now."""

    def __init__(self) -> None:
        self._callers: dict[str, Caller] = {}

    def issue(self, caller: Caller) -> str:
        """A new token, of the shape that Keystone's have."""
        fernet = b"\x80" + struct.pack(">Q", int(time.time())) + secrets.token_bytes(128)
        token = base64.urlsafe_b64encode(fernet).rstrip(b"=").decode()
        self._callers[token] = caller
        return token

    def revoke(self, token: str) -> None:
        """Make a token worthless, as its expiry would."""
        self._callers.pop(token, None)

    def caller(self, token: str) -> Caller | None:
        """Who calls with this token, or nobody."""
        return self._callers.get(token)
