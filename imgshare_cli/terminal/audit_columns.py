"""The columns of the table of audited shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api.timestamps import format_timestamp
from imgshare_cli.terminal.columns import (
    Column,
    build_findings_column,
    build_id_column,
    build_name_column,
    build_owner_column,
)
from imgshare_cli.terminal.format import format_short_age
from imgshare_cli.terminal.owners import name_owner

if TYPE_CHECKING:
    from imgshare_cli.audit.audit import AuditedShare
    from imgshare_cli.config.owners import OwnerNames


def build_audit_columns(owners: OwnerNames) -> list[Column[AuditedShare]]:
    """Build the columns.

    Args:
        owners: the names of projects.
    """
    return [
        build_id_column(lambda share: share.image.id),
        build_name_column(lambda share: share.image.name),
        build_owner_column(
            lambda share: share.member.member_id if share.member else None,
            lambda member_id: name_owner(member_id, owners),
            "MEMBER",
        ),
        Column("STATUS", lambda share: share.member.status.value if share.member else "-", width=8),
        Column(
            "SINCE",
            lambda share: format_timestamp(_get_time(share)) or "-",
            lambda share: format_short_age(_get_time(share)),
            width=5,
        ),
        build_findings_column(lambda share: share.findings),
    ]


def _get_time(share: AuditedShare) -> str | None:
    return share.member.updated_at if share.member else None
