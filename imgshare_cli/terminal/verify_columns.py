"""The columns of the table of verified images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.audit.verify_findings import VerifyFinding
from imgshare_cli.terminal.columns import (
    Column,
    build_findings_column,
    build_id_column,
    build_name_column,
    build_owner_column,
)
from imgshare_cli.terminal.owners import name_owner, name_owner_briefly

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.audit.verify_findings import VerifiedShare
    from imgshare_cli.config.owners import OwnerNames

_SHOWN_HASH = 19  # the algorithm and some digits


def build_verify_columns(owners: OwnerNames) -> list[Column[VerifiedShare]]:
    """Build the columns.

    Args:
        owners: the names of owners.
    """
    return [
        build_id_column(lambda share: share.image_id),
        build_name_column(lambda share: share.name),
        build_owner_column(lambda share: share.owner, lambda owner_id: name_owner(owner_id, owners)),
        build_findings_column(lambda share: share.findings),
        Column(
            "DETAILS",
            lambda share: _describe(share, lambda owner_id: owner_id),
            lambda share: _describe(share, lambda owner_id: name_owner_briefly(owner_id, owners)),
            width=24,
            wraps=True,
            is_text=True,
        ),
    ]


def _describe(share: VerifiedShare, show_owner: Callable[[str], str]) -> str:
    """Describe what was logged where it is something else now, and what the rules say."""
    logged = share.logged
    details = {
        VerifyFinding.NOT_ACCEPTED: f"is {share.status.value}" if share.status else "",
        VerifyFinding.OWNER_CHANGED: f"was owned by {show_owner(logged.owner or '')}" if logged else "",
        VerifyFinding.NAME_CHANGED: f"was named {hints.quote_text(logged.name or '')}" if logged else "",
        VerifyFinding.HASH_CHANGED: f"had the hash {(logged.hash or '')[:_SHOWN_HASH]}…" if logged else "",
        VerifyFinding.AGAINST_RULES: _describe_ruling(share),
    }
    return "; ".join(text for finding, text in details.items() if text and finding in share.findings) or "-"


def _describe_ruling(share: VerifiedShare) -> str:
    if share.ruling is None:
        return ""
    rule, reason = share.ruling.rule, share.ruling.reason
    return f"rule {hints.quote_text(rule)} rejects it" if rule else f"no rule accepts it: {reason}"
