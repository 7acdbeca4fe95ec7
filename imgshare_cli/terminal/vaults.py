"""The columns of the table of backup vaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.shares.vaults.choice import format_gib
from imgshare_cli.terminal.columns import Column
from imgshare_cli.terminal.format import format_name
from imgshare_cli.truncation import truncate_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.vaults import Vault

_MAX_STATUS = 32
_WIDEST_ID = 8  # an ID is to be pasted: where the table does not fit, it has a line of its own


def build_vault_columns() -> list[Column[Vault]]:
    """Build the columns: amounts in bytes for programs, in GiB for people."""
    return [
        Column("NAME", lambda vault: vault.name or "-", lambda vault: format_name(vault.name), width=24, wraps=True),
        Column("ID", lambda vault: vault.id, width=36, widest=_WIDEST_ID),
        Column(
            "STATUS", lambda vault: vault.status or "-", lambda vault: truncate_text(vault.status or "-", _MAX_STATUS)
        ),
        _build_amount_column("USED", lambda vault: vault.used),
        _build_amount_column("SIZE", lambda vault: vault.size),
        _build_amount_column("FREE", lambda vault: vault.free),
    ]


def _build_amount_column(name: str, get: Callable[[Vault], int | None]) -> Column[Vault]:
    return Column(
        name,
        lambda vault: "-" if (amount := get(vault)) is None else str(amount),
        lambda vault: format_gib(get(vault)),
    )
