"""The user's other logins: profiles whose project is wanted, where the identity service gives no token for it."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from imgshare_cli.config.settings import DEFAULT_PROFILE
from imgshare_cli.errors import AuthError, ImgshareError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.cli.session import Session

# What would win over the profile that is asked.
_OTHER_LOGINS = (
    *("IMGSHARE_TOKEN", "IMGSHARE_ACCESS_KEY", "IMGSHARE_SECRET_KEY", "IMGSHARE_SECURITY_TOKEN"),
    *("IMGSHARE_ENDPOINT", "IMGSHARE_PROFILE", "IMGSHARE_PROJECT_ID"),
)


class OwnLogins:
    """Finds the login of a project; several threads may use it.

    Args:
        session: the run.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._logins: dict[tuple[str, str], Session] | None = None

    def find_credential(self, project_id: str, endpoint: str, rejected: str | None) -> Credential | None:
        """Find the credential of a project; None if no profile has one for it.

        Args:
            project_id: the project.
            endpoint: the image service that it will be sent to, and must be for.
            rejected: the secret that the image service rejected, if it did.
        """
        with self._lock:
            if self._logins is None:
                self._logins = dict(self._read_profiles())
        login = self._logins.get((project_id, endpoint))
        if login is None:
            return None
        try:
            credential: Credential | None = login.credential
            if credential and credential.secret == rejected:
                credential = login.refresh_credential(rejected)
        except AuthError as exc:
            self._session.debug(f"the login for project {project_id} is not used: {exc.message}")
            return None
        # What is stored may be of another project meanwhile, and a new login may lead to another endpoint.
        is_meant = credential and (credential.project_id, credential.endpoint) == (project_id, endpoint)
        return credential if is_meant else None

    def _read_profiles(self) -> Iterator[tuple[tuple[str, str], Session]]:
        """Read the project and endpoint of each profile whose token is stored; nobody logs in to find out."""
        from imgshare_cli.auth.store import open_token_store, read_credential

        session = self._session
        environ = {
            name: value
            for name, value in session.environ.items()
            if name not in _OTHER_LOGINS and (not name.startswith("OS_") or name == "OS_CLIENT_CONFIG_FILE")
        }
        for profile in sorted({DEFAULT_PROFILE, *session.file.profiles} - {session.profile}):
            flags = replace(session.flags, profile=profile, cloud=None, endpoint=None, project_id=None)
            login = session.context.obj.open_session(flags, session.context, environ=environ)
            try:
                stored = read_credential(open_token_store(login.settings, environ), login.settings)
            except ImgshareError as exc:
                session.debug(f"profile {profile!r} is not used: {exc.message}")
                continue
            if stored and stored.project_id and stored.endpoint:
                yield (stored.project_id, stored.endpoint), login
