"""A new credential after the service rejected the one of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.config.service_url import AUTH_URL
from imgshare_cli.errors import ConfigError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.api.connections import Connections
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.auth.provider import CredentialProvider


def refresh_credential(
    provider: CredentialProvider, connections: Connections, environ: Mapping[str, str], rejected: str
) -> Credential | None:
    """Get a new credential; where there is none, check whether the identity service is to blame for the 401.

    Where it was, and works again, the credential is returned that was rejected: it may be valid.

    Args:
        provider: gets the credentials of the run.
        connections: opens the connection for the check.
        environ: the environment, which may name the identity service.
        rejected: the secret that the service rejected.
    """
    before = provider.credential
    credential = provider.refresh(rejected)
    auth_url = before.auth_url or environ.get("OS_AUTH_URL")
    if credential or not auth_url:
        return credential
    from imgshare_cli.api.identity_check import check_identity_service

    def check(retries: int | None) -> None:
        options = {"cacert": before.cacert, "setting": AUTH_URL, "retries": retries}
        with connections.connect_briefly(auth_url, **options) as transport:
            check_identity_service(transport, auth_url)

    try:
        check(0)
    except ConfigError:  # an address that cannot be asked tells nothing
        return None
    except UnavailableError:
        check(None)
        return before
    return None
