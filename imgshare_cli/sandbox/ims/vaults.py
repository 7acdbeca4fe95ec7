"""Backup vaults (CBR), and what it takes to put the backups of a full-server image into one."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imgshare_cli.sandbox.demo_data import create_id
from imgshare_cli.sandbox.ims.errors import ImsError

if TYPE_CHECKING:
    from collections.abc import Iterable

_MB_IN_GB = 1024
_CREATED_AT = "2026-01-05T09:30:00.000+00:00"


@dataclass(slots=True)
class Vault:
    """A vault. As in CBR, its size is in GB, and what is used is in MB."""

    id: str
    name: str
    project_id: str
    size: int
    used: int
    object_type: str = "server"
    protect_type: str = "backup"
    status: str = "available"

    def to_json(self) -> dict[str, Any]:
        """Return CBR's vault object."""
        return {
            "id": self.id,
            "name": self.name,
            "description": "",
            "project_id": self.project_id,
            "provider_id": create_id(f"provider of {self.object_type}"),
            "user_id": create_id("user").replace("-", ""),
            "enterprise_project_id": "0",
            "created_at": _CREATED_AT,
            "resources": [],
            "tags": [],
            "auto_bind": False,
            "bind_rules": {},
            "auto_expand": False,
            "locked": False,
            "billing": {
                "allocated": 0,
                "charging_mode": "post_paid",
                "cloud_type": "public",
                "consistent_level": "crash_consistent",
                "object_type": self.object_type,
                "protect_type": self.protect_type,
                "spec_code": f"vault.{self.protect_type}.{self.object_type}.normal",
                "size": self.size,
                "used": self.used,
                "status": self.status,
            },
        }


class VaultStore:
    """All vaults."""

    def __init__(self, vaults: Iterable[Vault]) -> None:
        self._lock = threading.Lock()
        self._vaults = {vault.id: vault for vault in vaults}

    def list_vaults(self, project_id: str) -> list[Vault]:
        """List the vaults of a project."""
        return [vault for vault in self._vaults.values() if vault.project_id == project_id]

    def store_backups(self, project_id: str, vault_id: object, size: int) -> None:
        """Put backups of this size in MB into a vault.

        Raises:
            ImsError: no vault is named, or the one that is named cannot take them.
        """
        if not vault_id:
            raise ImsError("IMG.0184", "Failed to obtain the vault: vault_id is required for a full-ECS image.")
        with self._lock:
            vault = self._vaults.get(vault_id) if isinstance(vault_id, str) else None
            _check_vault(vault if vault and vault.project_id == project_id else None, size).used += size


def _check_vault(vault: Vault | None, size: int) -> Vault:
    if vault is None:
        raise ImsError("IMG.0188", "The vault is unavailable: it does not exist.")
    if (vault.object_type, vault.protect_type) != ("server", "backup"):
        raise ImsError("IMG.0193", "The vault is not a cloud server backup vault.")
    if vault.status != "available":
        raise ImsError("IMG.0188", f"The vault is unavailable: its status is {vault.status}.")
    if vault.used + size > vault.size * _MB_IN_GB:
        raise ImsError("IMG.0182", "The vault capacity is insufficient.")
    return vault


def create_demo_vaults(project_id: str) -> list[Vault]:
    """Create the vaults of the demo data: the first can take the demo image, the others cannot."""
    return [
        Vault(create_id(name), name, project_id, size, used, object_type, protect_type, status)
        for name, size, used, object_type, protect_type, status in (
            ("server-backups", 500, 102_400, "server", "backup", "available"),
            ("server-backups-full", 100, 101_376, "server", "backup", "available"),
            ("server-backups-locked", 500, 0, "server", "backup", "lock"),
            ("disk-backups", 500, 10_240, "disk", "backup", "available"),
            ("server-replicas", 500, 0, "server", "replication", "available"),
        )
    ]
