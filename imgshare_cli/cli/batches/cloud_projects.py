"""Whose projects `mine` are in a run over several clouds: those of the login at each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.batch.fleet_login import IdentityConnection
from imgshare_cli.cli.rule_files import note_unknown_projects
from imgshare_cli.errors import ImgshareError

if TYPE_CHECKING:
    from imgshare_cli.batch.fleet import FleetProject
    from imgshare_cli.batch.fleet_login import FleetLogin
    from imgshare_cli.cli.session import Session


class CloudProjects:
    """The user's own projects at each cloud, which is asked once.

    Args:
        session: the run.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._of_logins: dict[FleetLogin, frozenset[str]] = {}

    def find(self, project: FleetProject) -> frozenset[str]:
        """Find the projects of the login with which a project is entered."""
        if project.service is None:
            return frozenset()
        login = project.service.login
        if login not in self._of_logins:
            self._of_logins[login] = self._list_projects(login, project)
        return self._of_logins[login]

    def _list_projects(self, login: FleetLogin, project: FleetProject) -> frozenset[str]:
        connection = IdentityConnection(login)
        try:
            projects = login.call(connection, lambda client: client.list_projects())
        except ImgshareError as exc:
            note_unknown_projects(self._session, f"{project.cloud}: {exc.message}")
            return frozenset()
        finally:
            connection.close()
        return frozenset(one.id for one in projects)
