"""The options of `plan` and `apply` that name the rules and choose the shares."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imgshare_cli.cli.batches.fleet_options import FLEET_OPTIONS, FleetFlags, take_fleet_flags
from imgshare_cli.cli.filter_options import (
    NameOption,
    NewerThanOption,
    OlderThanOption,
    OwnerOption,
    StatusChoice,
    StatusOption,
)
from imgshare_cli.cli.options import declare_option
from imgshare_cli.cli.rule_files import RulesOption

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.cli.session import Session


@dataclass(frozen=True)
class PlanFlags:
    """The options that name the rules and choose the shares, as given on the command line.

    Attributes:
        rules: the file of rules.
        status: which shares are meant.
        owner: who shares them.
        name: the pattern that the images' names match.
        older_than: how long ago they were shared, at least.
        newer_than: how long ago they were shared, at most.
        fleet: the projects, clouds and regions.
    """

    rules: str | None = None
    status: StatusChoice = StatusChoice.PENDING
    owner: str | None = None
    name: str | None = None
    older_than: str | None = None
    newer_than: str | None = None
    fleet: FleetFlags = field(default_factory=FleetFlags)


_OPTIONS = {
    "rules": declare_option("rules", RulesOption),
    "status": declare_option("status", StatusOption, default=StatusChoice.PENDING),
    "owner": declare_option("owner", OwnerOption),
    "name": declare_option("name", NameOption),
    "older_than": declare_option("older_than", OlderThanOption),
    "newer_than": declare_option("newer_than", NewerThanOption),
}


def with_plan(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take the options of plans, which come as its parameter `flags`."""
    own = dict(inspect.signature(command, eval_str=True).parameters)
    del own["flags"]

    @functools.wraps(command)
    def run(session: Session, **values: Any) -> None:
        fleet = take_fleet_flags(values)
        given = {name: values.pop(name) for name in _OPTIONS}
        command(session, **values, flags=PlanFlags(**given, fleet=fleet))

    parameters = [
        *(one.replace(kind=one.KEYWORD_ONLY) for one in own.values()),
        *_OPTIONS.values(),
        *FLEET_OPTIONS.values(),
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return run
