"""The options with which a command works in many projects, clouds or regions."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgshare_cli.cli.options import MANY, declare_option, text_option
from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.cli.session import Session


@dataclass(frozen=True)
class FleetFlags:
    """The options of a fleet run, as given on the command line.

    Attributes:
        all_projects: whether all projects are meant that the user may enter.
        projects: the pattern that their names match.
        projects_file: the file that names them.
        clouds: the pattern that the entries of clouds.yaml match.
        regions: the pattern that the regions of the catalog match.
    """

    all_projects: bool = False
    projects: str | None = None
    projects_file: str | None = None
    clouds: str | None = None
    regions: str | None = None

    @property
    def is_fleet(self) -> bool:
        """Whether more than the user's own project, cloud and region is meant."""
        return self.has_projects or self.clouds is not None or self.regions is not None

    @property
    def has_projects(self) -> bool:
        """Whether other projects than the user's own are meant."""
        return self.all_projects or self.projects is not None or self.projects_file is not None


AllProjectsOption = Annotated[bool, typer.Option("--all-projects", help="In every project that you may enter.")]
ProjectsOption = Annotated[
    str | None, text_option("--projects", "GLOB", "Your own projects with such names, as in 'tenant-*'.")
]
ProjectsFileOption = Annotated[
    str | None, text_option("--projects-file", "FILE", "Read IDs or names of projects from a file, one a line.")
]
CloudsOption = Annotated[
    str | None, text_option("--clouds", "GLOB", "With each such entry of clouds.yaml, as in 'prod-*'.")
]
RegionsOption = Annotated[str | None, text_option("--regions", "GLOB", "In each such region of the catalog.")]
FLEET_OPTIONS = {
    "all_projects": declare_option("all_projects", AllProjectsOption, default=False, panel=MANY),
    "projects": declare_option("projects", ProjectsOption, panel=MANY),
    "projects_file": declare_option("projects_file", ProjectsFileOption, panel=MANY),
    "clouds": declare_option("clouds", CloudsOption, panel=MANY),
    "regions": declare_option("regions", RegionsOption, panel=MANY),
}
_FIELDS = frozenset(field.name for field in fields(FleetFlags))


def take_fleet_flags(values: dict[str, Any]) -> FleetFlags:
    """Take the options of a fleet run out of the parameters of a command."""
    return FleetFlags(**{name: values.pop(name) for name in list(values) if name in _FIELDS})


def with_fleet(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command that reads in one project read in many; the options come as its parameter `fleet`."""
    own = dict(inspect.signature(command, eval_str=True).parameters)
    del own["fleet"]

    @functools.wraps(command)
    def run(session: Session, **values: Any) -> None:
        fleet = take_fleet_flags(values)
        command(session, **values, fleet=fleet)

    parameters = [*(one.replace(kind=one.KEYWORD_ONLY) for one in own.values()), *FLEET_OPTIONS.values()]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return run


def create_member_error() -> UsageError:
    """Create the error for MEMBER beside many projects."""
    return UsageError("many projects take no MEMBER: each decides for itself", hint="omit MEMBER")
