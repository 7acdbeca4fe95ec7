"""The projects of one login in which a fleet run works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.identity_client import IncompleteListError
from imgshare_cli.api.models import is_project_id, is_usable_id
from imgshare_cli.batch.pairs import SelectedProject
from imgshare_cli.cli.batches.projects import match_projects, read_names, select_project
from imgshare_cli.cli.project_arguments import open_project_names
from imgshare_cli.config.regions import find_region
from imgshare_cli.errors import ConfigError, UnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.identity_client import Project
    from imgshare_cli.cli.batches.fleet_options import FleetFlags
    from imgshare_cli.cli.session import Session


def select_fleet_projects(
    session: Session, flags: FleetFlags, list_projects: Callable[[], list[Project]]
) -> list[SelectedProject]:
    """Select the projects of one login, each once.

    Args:
        session: the run.
        flags: the options.
        list_projects: lists the projects that the login can enter.

    Raises:
        UsageError: none is selected, or the file cannot be read.
        ConfigError: the project of the login is not known.
        ImgshareError: what `list_projects` raises.
    """
    return [_check_project(session, project) for project in _select_projects(session, flags, list_projects)]


def _select_projects(
    session: Session, flags: FleetFlags, list_projects: Callable[[], list[Project]]
) -> list[SelectedProject]:
    if not flags.has_projects:
        credential = session.credential
        if credential.access_key_id and flags.regions is not None:  # the user's main project has the region's name
            return [SelectedProject(*project) for project in list_projects() if find_region(project.name)]
        if credential.project_id is None:
            raise ConfigError("the project of the token is not known", hint="log in, or pass --all-projects")
        return [SelectedProject(credential.project_id, credential.project_name)]
    file_names = read_names(flags.projects_file) if flags.projects_file is not None else []
    try:
        projects = list_projects()
    except IncompleteListError:
        needs_list = flags.all_projects or flags.projects is not None
        if needs_list or not all(is_project_id(name) for name in file_names):
            raise
        projects = []  # IDs need none
    known = open_project_names(session, projects)
    names = {project.id: project.name for project in projects}
    selected: list[SelectedProject] = []
    if flags.projects is not None:
        selected += match_projects(known, flags.projects)
    elif flags.all_projects:
        selected += [SelectedProject(project.id, project.name) for project in projects]
    named = [select_project(known, name) for name in file_names]
    selected += [one._replace(name=names.get(one.id, one.name)) if one.id else one for one in named]
    if not selected:
        raise UsageError(
            "no project is selected", hint="--all-projects needs a role in a project, --projects-file at least one line"
        )
    return list({project.id or project.name: project for project in selected}.values())


def _check_project(session: Session, project: SelectedProject) -> SelectedProject:
    """Return a project without what its service must not have written into it: a secret, or an ID that is none."""
    redact = session.output.redact
    name = redact(project.name) if project.name else None
    if project.id is None or (is_usable_id(project.id) and redact(project.id) == project.id):
        return project._replace(name=name)
    error = UnavailableError(
        f"the identity service returned an unusable ID for project {hints.quote_text(name or '-')}",
        hint="the operator of the cloud can correct it",
    )
    return SelectedProject(None, name, error)
