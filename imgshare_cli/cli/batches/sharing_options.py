"""The options with which `share` and `unshare` work on many images and projects."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgshare_cli.cli.batches.fleet_options import ProjectsFileOption, ProjectsOption
from imgshare_cli.cli.batches.options import (
    DryRunOption,
    FailFastOption,
    FromOption,
    JobsOption,
    ShardOption,
    check_single,
    create_missing_error,
    make_optional,
)
from imgshare_cli.cli.options import IMS, MANY, declare_option
from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.cli.session import Session


@dataclass(frozen=True)
class SharingFlags:
    """The options of a batch of shares, as given on the command line.

    Attributes:
        from_: the file that names the images, or `-`; None where one was given as an argument.
        to: the projects.
        projects: the pattern that the names of the user's own projects match.
        projects_file: the file that names the projects.
        jobs: how many are worked on at once.
        dry_run: whether nothing is changed.
        fail_fast: whether the first failure ends the batch.
        shard: which part of the batch is done, as `I/N`; None is all of it.
    """

    from_: str | None = None
    to: tuple[str, ...] = ()
    projects: str | None = None
    projects_file: str | None = None
    jobs: int | None = None
    dry_run: bool = False
    fail_fast: bool = False
    shard: str | None = None

    @property
    def is_batch(self) -> bool:
        """Whether many images or projects are meant."""
        return bool(self.from_ is not None or self.to or self.projects is not None or self.projects_file is not None)


ToOption = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="PROJECT", help="One of the projects; repeat it for more.", show_default=False),
]


def _receiver_option(name: str, what: str) -> Any:
    text = f"{what} instead of MEMBER; repeat it for more."
    return typer.Option(name, metavar="ID", help=text, show_default=False, rich_help_panel=IMS)


AccountOption = Annotated[list[str] | None, _receiver_option("--account", "An account")]
OrganizationOption = Annotated[list[str] | None, _receiver_option("--organization", "An organization or a unit of one")]
_OPTIONS = [
    declare_option("from_", FromOption, panel=MANY),
    declare_option("to", ToOption, panel=MANY),
    declare_option("projects", ProjectsOption, panel=MANY),
    declare_option("projects_file", ProjectsFileOption, panel=MANY),
    declare_option("jobs", JobsOption, panel=MANY),
    declare_option("dry_run", DryRunOption, default=False, panel=MANY),
    declare_option("fail_fast", FailFastOption, default=False, panel=MANY),
    declare_option("shard", ShardOption, panel=MANY),
]
SHARING_FIELDS = frozenset(field.name for field in fields(SharingFlags))


def with_sharing(*, is_unshare: bool) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a command that shares one image with the projects that are given, or stops that, do more.

    Args:
        is_unshare: whether the command stops sharing.
    """

    def wrap(command: Callable[..., None]) -> Callable[..., None]:
        own = dict(inspect.signature(command, eval_str=True).parameters)

        @functools.wraps(command)
        def run(session: Session, image: str | None, members: list[str] | None, **values: Any) -> None:
            given = {name: values.pop(name) for name in list(values) if name in SHARING_FIELDS}
            flags = SharingFlags(**{**given, "to": tuple(given["to"] or ())})
            receivers = [*(values["account"] or []), *(values["organization"] or [])]
            if receivers and (flags.is_batch or members):
                other = "MEMBER" if members else "--from, --to and --projects"
                raise UsageError(
                    f"--account and --organization do not work with {other}", hint="run the command once for each"
                )
            if flags.is_batch:
                del values["account"], values["organization"]
                from imgshare_cli.cli.batches.sharing import run_sharing

                if flags.from_ is not None and image is not None:
                    raise UsageError("--from takes no IMAGE", hint="omit IMAGE, or omit --from")
                run_sharing(session, flags, image=image, members=members or [], is_unshare=is_unshare, **values)
                return
            check_single(session, image, [option.name for option in _OPTIONS], "--from, --to or --projects")
            if not members and not receivers:
                raise create_missing_error(session, "MEMBER…")
            command(session, image, members or [], **values)

        own["image"] = make_optional(own["image"], str)
        own["members"] = make_optional(own["members"], list[str])
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [*(one.replace(kind=one.KEYWORD_ONLY) for one in own.values()), *_OPTIONS]
        )
        return run

    return wrap
