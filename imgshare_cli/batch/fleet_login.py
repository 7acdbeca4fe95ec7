"""The login of a fleet run: the first token, and tokens for the user's other projects."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from imgshare_cli import hints
from imgshare_cli.api.authentication import CredentialAuth, create_auth
from imgshare_cli.api.key_identity_client import create_identity_client, enter_project
from imgshare_cli.errors import AuthError, ConfigError, ForbiddenError, Reason, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.connections import Connections
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.identity_client import IdentityClient
    from imgshare_cli.api.transport import HttpTransport
    from imgshare_cli.batch.fleet import FleetProject

Result = TypeVar("Result")

# Keystone answers with the second to a token that is in the body; both can mean a project as well.
_OF_EXPIRED_TOKENS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}
# A token may expire while others wait for it; one that never works is given up before that.
_MAX_ATTEMPTS = 4


class IdentityConnection:
    """One worker's connection to an identity service, opened again when the login has another token.

    Args:
        login: the login.
    """

    def __init__(self, login: FleetLogin) -> None:
        self.login = login
        self._credential: Credential | None = None
        self._transport: HttpTransport | None = None

    def open_client(self, credential: Credential) -> IdentityClient:
        """Open a client with a credential.

        Raises:
            ConfigError: the credential is not from an identity service.
        """
        if self._transport is None or credential is not self._credential:
            self.close()
            self._credential = credential
            self._transport = self.login.connections.connect_identity(credential)
        if self._transport is None:
            raise _create_unknown_error(credential)
        return create_identity_client(self._transport, credential)

    def close(self) -> None:
        """Close the connection."""
        if self._transport:
            self.login.connections.disconnect(self._transport)
        self._transport = None


def _create_unknown_error(credential: Credential) -> ConfigError:
    """Create the error for a credential that does not lead to an identity service."""
    if credential.access_key_id:
        return ConfigError(
            "many projects need the identity service of the access key, whose address is not known",
            hint="set OS_AUTH_URL to its address, or OS_REGION_NAME to a region such as eu-de",
        )
    return ConfigError(
        "many projects need a login at the identity service: a token alone does not say where it is from",
        hint=f"run {hints.build_command('login')}, or set OS_CLOUD",
    )


@dataclass(frozen=True)
class FleetLogin:
    """The first credential of a run or of a cloud, from which its other tokens are requested.

    Attributes:
        connections: opens connections.
        get_credential: gets the first credential, which a renewal replaces.
        refresh: gets one in place of a rejected one; None if only a person can get one.
        confirm: is told which one the identity service has accepted.
        find_own_login: finds a credential for a project and an endpoint among the user's other logins, where it cannot
            be requested; it is given the secret that was rejected, if one was.
        hide_secret: keeps a secret out of messages.
        forget_secret: ends that.
    """

    connections: Connections
    get_credential: Callable[[], Credential]
    refresh: Callable[[str], Credential | None]
    confirm: Callable[[str], None]
    find_own_login: Callable[[str, str, str | None], Credential | None]
    hide_secret: Callable[[str], None]
    forget_secret: Callable[[str], None]

    def create_auth(self) -> CredentialAuth:
        """Create what authenticates requests of the login's own project."""
        return create_auth(self.get_credential(), self.refresh, self.confirm)

    def call(self, connection: IdentityConnection, work: Callable[[IdentityClient], Result]) -> Result:
        """Ask the identity service, again with a new token where the first one has expired.

        Raises:
            AuthError: it has expired, and only a person can get another.
            UnavailableError: what `work` raises.
        """
        credential = self.get_credential()
        for _ in range(_MAX_ATTEMPTS):
            client = connection.open_client(credential)
            try:
                result = work(client)
            except UnavailableError as exc:
                if exc.http_status not in _OF_EXPIRED_TOKENS or client.is_token_valid():
                    raise
                renewed = self.refresh(credential.secret)
                if renewed is None:  # also where a new one is rejected at once
                    raise _create_expired_error(credential) from exc
                credential = renewed
            else:
                self.confirm(credential.secret)
                return result
        raise _create_expired_error(credential)

    def is_lost(self, connection: IdentityConnection) -> bool:
        """Whether the first credential is rejected, as far as can be found out."""
        try:
            return not connection.open_client(self.get_credential()).is_token_valid()
        except (AuthError, ConfigError):
            return True  # there is none, or it is from no identity service and leads to one project alone
        except UnavailableError:
            return False

    def enter(
        self, connection: IdentityConnection, project: FleetProject, endpoint: str, rejected: str | None = None
    ) -> Credential:
        """Get a credential for a project: a token requested with the first one, or a login of the project's own.

        An access key works in every project, so that nothing is requested.

        Args:
            connection: the worker's connection to the identity service.
            project: the project.
            endpoint: the image service that it will be sent to.
            rejected: the secret that the image service rejected, if it did.

        Raises:
            ForbiddenError: neither is to be had.
            UnavailableError: the identity service does not answer.
            AuthError: the first token has expired, and only a person can get another.
        """
        project_id = project.id or ""
        if (first := self.get_credential()).access_key_id:
            return enter_project(first, project_id)
        try:
            return self.call(connection, lambda client: client.request_credential(project_id))
        except UnavailableError as exc:
            if not _is_refusal(exc):
                raise exc.replace(failure=f"cannot enter project {project}", explanation=exc.failure) from exc
            if own := self.find_own_login(project_id, endpoint, rejected):
                return own
            raise _create_refused_error(project, self.get_credential(), exc) from exc


def _is_refusal(error: UnavailableError) -> bool:
    status = error.http_status or 0
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
    }


def _create_expired_error(credential: Credential) -> AuthError:
    log_in = hints.build_login_command(credential.relogin_command) if credential.relogin_command else None
    return AuthError(
        "the identity service does not accept the token any more",
        hint=f"run {log_in}" if log_in else f"run {hints.build_command('login')}, or set OS_CLOUD",
        reason=Reason.TOKEN,
    )


def _create_refused_error(project: FleetProject, credential: Credential, exc: UnavailableError) -> ForbiddenError:
    """Create the error for a project for which the identity service gives out no token, with what to set up."""
    name = hints.quote_word(project.id, "ID")
    log_in = hints.build_command("login", "--profile", "NAME", "--project", name)
    own = f"a login of its own is used where there is one: {log_in}"
    if exc.http_status == HTTPStatus.UNAUTHORIZED and not credential.refresh_credentials:
        explanation = "the identity service gives this user no token for it"
        hint = f"the user needs a role in it, and an application credential cannot leave its project; {own}"
    else:
        explanation = "the identity service allows no change of the project with this login"
        hint = f"{own}; or give each project an entry in clouds.yaml, and pass --clouds"
    return ForbiddenError(
        f"cannot enter project {project}", explanation=explanation, hint=hint, http_status=exc.http_status
    )
