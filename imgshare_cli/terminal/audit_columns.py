"""The columns of the table of audited shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api.timestamps import format_timestamp
from imgshare_cli.terminal.columns import Column
from imgshare_cli.terminal.format import format_name, format_short_age, shorten_ids, shorten_owners
from imgshare_cli.terminal.owners import name_owner

if TYPE_CHECKING:
    from imgshare_cli.audit.audit import AuditedShare
    from imgshare_cli.config.owners import OwnerNames

_WIDEST_PREFIX = 13  # two groups of digits


def build_audit_columns(owners: OwnerNames) -> list[Column[AuditedShare]]:
    """Build the columns.

    Args:
        owners: the names of projects.
    """
    return [
        Column("ID", lambda share: share.image.id, shorten=shorten_ids, width=36, widest=_WIDEST_PREFIX),
        Column(
            "NAME",
            lambda share: share.image.name or "-",
            lambda share: format_name(share.image.name),
            width=24,
            wraps=True,
        ),
        Column(
            "MEMBER",
            lambda share: share.member.member_id if share.member else "-",
            lambda share: name_owner(share.member.member_id if share.member else None, owners),
            shorten_owners,
            width=32,
        ),
        Column("STATUS", lambda share: share.member.status.value if share.member else "-", width=8),
        Column(
            "SINCE",
            lambda share: format_timestamp(_get_time(share)) or "-",
            lambda share: format_short_age(_get_time(share)),
            width=5,
        ),
        Column(
            "FINDINGS",
            lambda share: ",".join(share.findings) or "-",
            lambda share: ", ".join(share.findings) or "-",
            width=15,
            wraps=True,
            is_text=True,
        ),
    ]


def _get_time(share: AuditedShare) -> str | None:
    return share.member.updated_at if share.member else None
