"""The columns of the tables of rules and of plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.rules.candidates import describe_conditions
from imgshare_cli.terminal.columns import Column, build_id_column, build_name_column, build_owner_column
from imgshare_cli.terminal.owners import name_owner

if TYPE_CHECKING:
    from imgshare_cli.batch.planned_share import PlannedShare
    from imgshare_cli.config.owners import OwnerNames
    from imgshare_cli.rules.model import Rule


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
        at_terminal: whether people read it; then rule and reason are one sentence.
    """
    columns: list[Column[PlannedShare]] = [
        Column("DECISION", lambda planned: planned.ruling.verdict.value),
        build_id_column(lambda planned: planned.share.image.id),
        build_name_column(lambda planned: planned.share.image.name),
        build_owner_column(lambda planned: planned.share.image.owner, lambda owner_id: name_owner(owner_id, owners)),
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
