"""Whose projects `mine` are in a run over many: those of the same login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.batch.fleet_login import IdentityConnection
from imgshare_cli.cli.rule_files import find_own_projects, note_unknown_projects
from imgshare_cli.errors import ImgshareError

if TYPE_CHECKING:
    from imgshare_cli.batch.fleet import FleetProject
    from imgshare_cli.batch.fleet_login import FleetLogin
    from imgshare_cli.cli.session import Session
    from imgshare_cli.rules.rule_set import RuleSet


class OwnProjects:
    """The user's own projects, of which each identity service is asked once.

    Args:
        session: the run.
        rule_set: the rules; nothing is asked where none is about them.
        has_clouds: whether the run has several logins, of which each has projects of its own.
    """

    def __init__(self, session: Session, rule_set: RuleSet, *, has_clouds: bool) -> None:
        self._session = session
        self._is_used = rule_set.uses_mine and has_clouds
        self._own = frozenset() if has_clouds else find_own_projects(session, rule_set)
        self._of_logins: dict[FleetLogin, frozenset[str]] = {}

    def find(self, project: FleetProject) -> frozenset[str]:
        """Find those of the login with which a project is entered."""
        login = project.service.login if project.service else None
        if not self._is_used or login is None:
            return self._own
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
