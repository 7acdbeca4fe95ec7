"""The options with which a command works on many images, and the choice between those and one image."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgshare_cli.api.models import Status
from imgshare_cli.cli.batches.fleet_options import FLEET_OPTIONS, FleetFlags, create_member_error, take_fleet_flags
from imgshare_cli.cli.filter_options import NameOption, NewerThanOption, OlderThanOption, OwnerOption, StatusChoice
from imgshare_cli.cli.options import MANY, YesOption, declare_option, text_option
from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from imgshare_cli.cli.session import Session

DEFAULT_JOBS = 16
_MAX_JOBS = 256


@dataclass(frozen=True)
class BatchFlags:
    """The options of a batch, as given on the command line.

    Attributes:
        from_: the file that names the images, or `-`; None where none was given.
        all_: whether all shares that match the filters are meant.
        any_owner: whether they may be from any owner.
        status: which shares `all_` means; None is the usual choice of the command.
        name: the pattern that the images' names match.
        older_than: how long ago they were shared, at least.
        newer_than: how long ago they were shared, at most.
        jobs: how many are done at once.
        dry_run: whether nothing is changed.
        fail_fast: whether the first failure ends the batch.
        shard: which part of the batch is done, as `I/N`; None is all of it.
        fleet: the projects, clouds and regions in which they are done.
    """

    from_: str | None = None
    all_: bool = False
    any_owner: bool = False
    status: StatusChoice | None = None
    name: str | None = None
    older_than: str | None = None
    newer_than: str | None = None
    jobs: int | None = None
    dry_run: bool = False
    fail_fast: bool = False
    shard: str | None = None
    fleet: FleetFlags = field(default_factory=FleetFlags)

    @property
    def is_batch(self) -> bool:
        """Whether many images, or one in many projects, are meant."""
        return self.from_ is not None or self.all_ or self.fleet.is_fleet


FromOption = Annotated[
    str | None, text_option("--from", "FILE", "Read the images from a file, or from stdin with `-`: IDs, or JSON.")
]
AllOption = Annotated[bool, typer.Option("--all", help="Take all shares that match the filters below.")]
AnyOwnerOption = Annotated[bool, typer.Option("--any-owner", help="With --all: whoever shares the image.")]
BatchStatusOption = Annotated[
    StatusChoice | None,
    typer.Option(
        "--status",
        metavar="STATUS",
        help="Filter by status: pending, accepted, rejected or all. [default: pending; for reset, decided ones]",
        show_default=False,
    ),
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        metavar="N",
        min=1,
        max=_MAX_JOBS,
        help=f"Work on so many images at once. [default: {DEFAULT_JOBS}]",
        show_default=False,
    ),
]
VaultOption = Annotated[
    str | None,
    text_option(
        "--vault", "VAULT", "Backup vault for a full-server image (IMS): an ID, a name or auto.", completes="vaults"
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")]
FailFastOption = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first failure.")]
ShardOption = Annotated[
    str | None, text_option("--shard", "I/N", "Do one part of N, such as 0/4; the other parts are for other runs.")
]
_OPTIONS = {
    "from_": declare_option("from_", FromOption, panel=MANY),
    "all_": declare_option("all_", AllOption, default=False, panel=MANY),
    "owner": declare_option("owner", OwnerOption, panel=MANY),
    "any_owner": declare_option("any_owner", AnyOwnerOption, default=False, panel=MANY),
    "status": declare_option("status", BatchStatusOption, panel=MANY),
    "name": declare_option("name", NameOption, panel=MANY),
    "older_than": declare_option("older_than", OlderThanOption, panel=MANY),
    "newer_than": declare_option("newer_than", NewerThanOption, panel=MANY),
    "jobs": declare_option("jobs", JobsOption, panel=MANY),
    "dry_run": declare_option("dry_run", DryRunOption, default=False, panel=MANY),
    "fail_fast": declare_option("fail_fast", FailFastOption, default=False, panel=MANY),
    "shard": declare_option("shard", ShardOption, panel=MANY),
    **FLEET_OPTIONS,
    "yes": declare_option("yes", YesOption, default=False),
}
BATCH_FIELDS = frozenset(one.name for one in fields(BatchFlags))


def with_batch(status: Status) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a command that decides about one image also decide about many.

    Args:
        status: the decision.
    """

    def wrap(command: Callable[..., None]) -> Callable[..., None]:
        own = dict(inspect.signature(command, eval_str=True).parameters)
        added = {name: option for name, option in _OPTIONS.items() if name not in own}
        if status is not Status.ACCEPTED:
            del added["any_owner"]  # a wrong image does no harm where it is not accepted

        @functools.wraps(command)
        def run(session: Session, image: str | None, member: str | None, **values: Any) -> None:
            fleet = take_fleet_flags(values)
            given = {name: values.pop(name) for name in list(values) if name in BATCH_FIELDS}
            flags = BatchFlags(**given, fleet=fleet)
            if flags.is_batch:
                from imgshare_cli.cli.batches.decisions import run_decisions

                _check_arguments(session, flags, image, member)
                run_decisions(session, status, flags, image=image, **values)
                return
            for name in added.keys() - BATCH_FIELDS - FLEET_OPTIONS.keys():
                values.pop(name)
            check_single(session, image, added, "--from or --all")
            command(session, image, member, **values)

        own["image"] = make_optional(own["image"], str)
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [*(one.replace(kind=one.KEYWORD_ONLY) for one in own.values()), *added.values()]
        )
        return run

    return wrap


def _check_arguments(session: Session, flags: BatchFlags, image: str | None, member: str | None) -> None:
    if flags.from_ is not None and flags.all_:
        raise UsageError("--from and --all cannot be used together", hint="omit one of them")
    has_source = flags.from_ is not None or flags.all_
    if image is not None and has_source:
        option = "--all" if flags.all_ else "--from"
        raise UsageError(f"{option} takes no IMAGE", hint=f"omit IMAGE, or omit {option}")
    if image is None and not has_source:
        raise create_missing_error(session, "IMAGE")
    if member is not None:
        raise create_member_error()


def make_optional(argument: inspect.Parameter, kind: Any) -> inspect.Parameter:
    """Declare an argument again, as one that may be left out.

    Args:
        argument: the argument.
        kind: the type of its values.
    """
    return argument.replace(annotation=Annotated[kind | None, *argument.annotation.__metadata__], default=None)


def check_single(session: Session, image: str | None, batch_options: Iterable[str], alternatives: str) -> None:
    """Check what was given for one image.

    Args:
        session: the run.
        image: IMAGE, if it was given.
        batch_options: the parameters that only a batch has.
        alternatives: the options that make a batch.

    Raises:
        UsageError: IMAGE is missing, or an option of a batch was given.
    """
    context, names = session.context, set(batch_options)
    for parameter in context.command.params:
        source = context.get_parameter_source(str(parameter.name)) if parameter.name in names else None
        if source is not None and source.name == "COMMANDLINE":
            raise UsageError(
                f"{parameter.opts[0]} works only for many images", hint=f"use it with {alternatives}, or omit it"
            )
    if image is None:
        raise create_missing_error(session, "IMAGE")


def create_missing_error(session: Session, metavar: str) -> UsageError:
    """Create the error for an argument that must be there."""
    from imgshare_cli import hints

    usage = hints.build_command(str(session.context.info_name), "--help")
    return UsageError(f"missing argument '{metavar}'", hint=f"{usage} shows its usage")
