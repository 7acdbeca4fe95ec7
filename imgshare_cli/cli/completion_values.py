"""The values that options and arguments complete to: without network, keyring or errors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from imgshare_cli.config.config_file import ConfigFile


def list_values(kind: str, incomplete: str) -> list[Any]:
    """List what a half-typed value may become.

    Args:
        kind: one of KINDS.
        incomplete: the half-typed value.
    """
    return KINDS[kind](incomplete)


def complete_list(incomplete: str, names: Iterable[str]) -> list[str]:
    """List what a half-typed `NAME,NAME,…` may become, without the names that it already has."""
    before, comma, word = incomplete.rpartition(",")
    taken = before.lower().split(",")
    # Most shells drop what does not begin with the letters that were typed.
    is_lower = (word or before).islower()
    return [
        f"{before}{comma}{name.lower() if is_lower else name}"
        for name in names
        if name.lower().startswith(word.lower()) and name.lower() not in taken
    ]


def _list_images(incomplete: str) -> list[tuple[str, str]]:
    from imgshare_cli.cli.last_list import list_completions

    return list_completions(incomplete, os.environ)


def _list_profiles(incomplete: str) -> list[str]:
    return [name for name in _read_config_file().profiles if name.startswith(incomplete)]


def _list_owners(incomplete: str) -> list[tuple[str, str]]:
    owners = _read_config_file().owners.ids
    return [(name, owner_id) for name, owner_id in owners.items() if name.startswith(incomplete)]


def _list_clouds(incomplete: str) -> list[str]:
    from imgshare_cli.auth.cloud_names import list_clouds

    return [name for name in list_clouds(os.environ).names if name.startswith(incomplete)]


def _list_sort_orders(incomplete: str) -> list[str]:
    from imgshare_cli.shares.sorting import SORT_KEYS

    orders = [order for key in SORT_KEYS for order in (key, f"{key}:desc")]
    # Without a colon, the keys alone are easier to read.
    return [order for order in orders if order.startswith(incomplete) and (":" in incomplete or ":" not in order)]


def _list_columns(incomplete: str) -> list[str]:
    from imgshare_cli.terminal.columns import LONG_COLUMNS

    return complete_list(incomplete, LONG_COLUMNS)


def _list_audit_findings(incomplete: str) -> list[str]:
    from imgshare_cli.audit.findings import AuditFinding

    return complete_list(incomplete, AuditFinding)


def _list_verify_findings(incomplete: str) -> list[str]:
    from imgshare_cli.audit.verify_findings import VerifyFinding

    return complete_list(incomplete, VerifyFinding)


def _list_regions(incomplete: str) -> list[str]:
    from imgshare_cli.config.regions import list_regions

    return sorted(region.name for region in list_regions() if region.name.startswith(incomplete))


def _list_vaults(incomplete: str) -> list[str]:
    return [word for word in ("auto",) if word.startswith(incomplete)]  # the vaults themselves are not kept


def _read_config_file() -> ConfigFile:
    from imgshare_cli.config.config_file import ConfigFile, find_config_path, read_config_file

    path = find_config_path(os.environ)
    try:
        return read_config_file(path)
    except ConfigError:
        return ConfigFile(path)


KINDS: dict[str, Callable[[str], list[Any]]] = {
    "audit_findings": _list_audit_findings,
    "clouds": _list_clouds,
    "columns": _list_columns,
    "images": _list_images,
    "owners": _list_owners,
    "profiles": _list_profiles,
    "regions": _list_regions,
    "sort_orders": _list_sort_orders,
    "vaults": _list_vaults,
    "verify_findings": _list_verify_findings,
}
