"""Backup vaults, parsed from the API of the backup service (CBR)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from imgshare_cli.api.models import is_usable_id, read_string, read_text

MIB, GIB = 1 << 20, 1 << 30
_ENDLESS = 1 << 63


@dataclass(frozen=True)
class Vault:
    """A backup vault: where the data of a full-server image is kept.

    Attributes:
        id: the vault's ID.
        name: what the project calls it, which need not be unique.
        status: `available`, or why it takes nothing now; None where the service does not say.
        size: how much it holds, in bytes; None where the service says no amount.
        used: how much of that is taken, in bytes; None likewise.
        can_grow: whether the service makes it larger when it is full.
        object_type: what it keeps backups of, such as `server`.
        protect_type: `backup`, or `replication` for copies from other regions.
        raw: the API's vault object as it came.
    """

    id: str
    name: str | None
    status: str | None
    size: int | None
    used: int | None
    can_grow: bool
    object_type: str | None
    protect_type: str | None
    raw: dict[str, Any] = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Vault:
        """Parse the API's vault object (CBR, "Querying the vault list").

        Raises:
            ValueError: it has no ID that can be used.
        """
        vault_id = read_text(body, "id")
        if not is_usable_id(vault_id):
            raise ValueError("without a valid id")
        billing = body.get("billing")
        billing = billing if isinstance(billing, dict) else {}
        return cls(
            id=vault_id,
            name=read_string(body, "name") or None,
            status=read_string(billing, "status"),
            # The size is in GB and what is used in MB, as the service's documentation says.
            size=_read_amount(billing, "size", GIB),
            used=_read_amount(billing, "used", MIB),
            can_grow=body.get("auto_expand") is True,
            object_type=read_string(billing, "object_type"),
            protect_type=read_string(billing, "protect_type"),
            raw=body,
        )

    @property
    def free(self) -> int | None:
        """How much more it can hold, in bytes; never less than nothing, and None where that is not known."""
        if self.size is None or self.used is None:
            return None
        return max(0, self.size - self.used)


def _read_amount(body: dict[str, Any], key: str, unit: int) -> int | None:
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _ENDLESS // unit:
        return None
    return int(value * unit)
