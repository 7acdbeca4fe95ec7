"""The columns of the tables of rules and of plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.rules.candidates import describe_conditions
from imgshare_cli.terminal.columns import Column
from imgshare_cli.terminal.format import format_name, shorten_ids, shorten_owners
from imgshare_cli.terminal.owners import name_owner

if TYPE_CHECKING:
    from imgshare_cli.batch.planned_share import PlannedShare
    from imgshare_cli.config.owners import OwnerNames
    from imgshare_cli.rules.model import Rule

_WIDEST_PREFIX = 13  # two groups of digits


def build_rule_columns() -> list[Column[Rule]]:
    """Build the columns of the rules of a file."""
    return [
        Column("THEN", lambda rule: rule.then.value),
        Column("RULE", lambda rule: rule.name, wraps=True, width=24),
        Column("CONDITIONS", describe_conditions, wraps=True, width=40),
    ]


def build_plan_columns(owners: OwnerNames, *, at_terminal: bool) -> list[Column[PlannedShare]]:
    """Build the columns of a plan.

    Args:
        owners: the names of owners.
        at_terminal: whether people read it, for whom rule and reason are one sentence.
    """
    columns: list[Column[PlannedShare]] = [
        Column("DECISION", lambda planned: planned.ruling.verdict.value),
        Column("ID", lambda planned: planned.share.image.id, shorten=shorten_ids, width=36, widest=_WIDEST_PREFIX),
        Column(
            "NAME",
            lambda planned: planned.share.image.name or "-",
            lambda planned: format_name(planned.share.image.name),
            width=24,
            wraps=True,
        ),
        Column(
            "OWNER",
            lambda planned: planned.share.image.owner or "-",
            lambda planned: name_owner(planned.share.image.owner, owners),
            shorten_owners,
            width=32,
        ),
    ]
    if at_terminal:
        return [*columns, Column("REASON", _explain, width=40, wraps=True)]
    return [
        *columns,
        Column("RULE", lambda planned: planned.ruling.rule or "-"),
        Column("REASON", lambda planned: planned.ruling.reason),
    ]


def _explain(planned: PlannedShare) -> str:
    rule, reason = planned.ruling.rule, planned.ruling.reason
    return f"{rule}: {reason}" if rule else reason
