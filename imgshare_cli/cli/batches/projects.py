"""The projects that --to, --projects and --projects-file name."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.models import is_project_id
from imgshare_cli.batch.pairs import SelectedProject
from imgshare_cli.cli.project_arguments import open_project_names
from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.cli.session import Session
    from imgshare_cli.shares.project_names import ProjectNames

_MAX_FILE = 16 << 20  # bytes


def select_projects(
    session: Session, names: Sequence[str], pattern: str | None, path: str | None
) -> list[SelectedProject]:
    """Select projects, each once, in the order of the options.

    Args:
        session: the run.
        names: IDs or names from the command line; one that is not known is an error.
        pattern: the pattern that the names of the user's own projects match.
        path: a file with an ID or a name on each line; one that is not known is an item that fails.

    Raises:
        UsageError: a name is not known, no project matches, or the file cannot be read.
    """
    known = open_project_names(session)
    selected = [select_project(known, name) for name in names]
    for project in selected:
        if project.error:
            raise project.error
    if pattern is not None:
        selected += match_projects(known, pattern)
    if path is not None:
        selected += [select_project(known, name) for name in read_names(path)]
    return list({project.id or project.name: project for project in selected}.values())


def select_project(known: ProjectNames, text: str) -> SelectedProject:
    """Select the project with an ID or a name."""
    try:
        project_id = known.resolve_id(text)
    except UsageError as exc:
        return SelectedProject(None, text, exc)
    if is_project_id(project_id):
        return SelectedProject(project_id, None if project_id == text else text)
    return SelectedProject(
        None,
        text,
        UsageError(
            f"{hints.quote_text(text)} is neither a project ID nor the name of a project that you may enter",
            hint="use the ID of the project",
        ),
    )


def match_projects(known: ProjectNames, pattern: str) -> list[SelectedProject]:
    """Select the user's own projects whose names match a pattern.

    Raises:
        UsageError: there is none.
    """
    projects = known.list_own_projects()
    matching = [project for project in projects if fnmatch.fnmatchcase(project.name, pattern)]
    if not matching:
        raise UsageError(
            f"none of your {len(projects)} projects has a name like {hints.quote_text(pattern)}",
            hint="without a login at the identity service no project is known; --projects-file takes IDs"
            if not projects
            else f"they are, among others: {', '.join(hints.quote_text(one.name) for one in projects[:3])}",
        )
    return [SelectedProject(project.id, project.name) for project in matching]


def read_names(path: str) -> list[str]:
    """Read the names and IDs in a file.

    Raises:
        UsageError: it cannot be read.
    """
    from pathlib import Path

    from imgshare_cli.config.file_reading import read_file

    try:
        contents = read_file(Path(path), _MAX_FILE)
        if contents is None:
            raise FileNotFoundError(2, "no such file")
        lines = contents.content.decode("utf-8-sig").splitlines()
    except (OSError, ValueError) as exc:
        reason = (getattr(exc, "strerror", None) or "it is not UTF-8 text").lower()
        raise UsageError(
            f"cannot read {hints.quote_text(path)}: {reason}", hint="check the path after --projects-file"
        ) from exc
    return [name for line in lines if (name := line.strip()) and not name.startswith("#")]
