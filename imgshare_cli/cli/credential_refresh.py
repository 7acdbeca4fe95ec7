"""A new credential after the service rejected the one of a run."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.api.connections import Connections
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.auth.provider import CredentialProvider


def refresh_credential(
    provider: CredentialProvider, connections: Connections, environ: Mapping[str, str], rejected: str
) -> Credential | None:
    """Get a new credential; where there is none, check whether the identity service is to blame for the 401.

    Args:
        provider: gets the credentials of the run.
        connections: opens the connection for the check.
        environ: the environment, which may name the identity service.
        rejected: the secret that the service rejected.
    """
    before = provider.credential
    credential = provider.refresh(rejected)
    auth_url = before.auth_url or environ.get("OS_AUTH_URL")
    if credential is None and auth_url:
        from imgshare_cli.api.identity_client import check_identity_service

        with contextlib.suppress(ConfigError):  # an address that cannot be asked tells nothing
            check_identity_service(connections.connect(auth_url, cacert=before.cacert), auth_url)
    return credential
