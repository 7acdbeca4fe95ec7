"""The columns of the table of verified images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.audit.verify_findings import VerifyFinding
from imgshare_cli.terminal.columns import Column
from imgshare_cli.terminal.format import format_name, shorten_ids, shorten_owners
from imgshare_cli.terminal.owners import name_owner, name_owner_briefly

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.audit.verify_findings import VerifiedShare
    from imgshare_cli.config.owners import OwnerNames

_WIDEST_PREFIX = 13  # two groups of digits
_SHOWN_HASH = 19  # the algorithm and some digits


def build_verify_columns(owners: OwnerNames) -> list[Column[VerifiedShare]]:
    """Build the columns.

    Args:
        owners: the names of owners.
    """
    return [
        Column("ID", lambda share: share.image_id, shorten=shorten_ids, width=36, widest=_WIDEST_PREFIX),
        Column("NAME", lambda share: share.name or "-", lambda share: format_name(share.name), width=24, wraps=True),
        Column(
            "OWNER",
            lambda share: share.owner or "-",
            lambda share: name_owner(share.owner, owners),
            shorten_owners,
            width=32,
        ),
        Column(
            "FINDINGS",
            lambda share: ",".join(share.findings) or "-",
            lambda share: ", ".join(share.findings) or "-",
            width=15,
            wraps=True,
            is_text=True,
        ),
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
