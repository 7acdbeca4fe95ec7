"""The identity service, as far as it takes no login: is it there, and make a token worthless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api.response import read_explanation
from imgshare_cli.config.service_url import build_identity_v3_url
from imgshare_cli.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.transport import HttpTransport


def check_identity_service(
    auth_url: str, cacert: str | None, connect: Callable[[str, dict[str, str], str | None], HttpTransport]
) -> None:
    """Tell a worthless token from an identity service that nobody can ask: Glance answers 401 to both.

    Args:
        auth_url: the identity service.
        cacert: the authorities that its credential trusts.
        connect: opens a connection.

    Raises:
        UnavailableError: the identity service does not answer.
    """
    try:
        response = connect(auth_url, {}, cacert).send("GET", "")
    except UnavailableError as exc:
        raise UnavailableError(
            f"the image service takes no token now, because the identity service is down: {exc.message}",
            hint="try again later; the token may be good",
        ) from exc
    if response.status >= 500:  # noqa: PLR2004
        raise UnavailableError(
            f"the image service takes no token now, because the identity service {auth_url} failed: "
            f"{response.status_line}",
            hint="try again later; the token may be good",
            http_status=response.status,
            request_id=response.request_id,
        )


def revoke_token(
    auth_url: str, credential: Credential, connect: Callable[[str, dict[str, str], str | None], HttpTransport]
) -> None:
    """Make a token worthless (Keystone, DELETE /v3/auth/tokens); one that is so already is no error.

    Args:
        auth_url: the identity service.
        credential: the token, and the authorities that its login trusted.
        connect: opens a connection.

    Raises:
        UnavailableError: the identity service did not do it.
    """
    headers = {"X-Auth-Token": credential.secret, "X-Subject-Token": credential.secret}
    response = connect(build_identity_v3_url(auth_url), headers, credential.cacert).send("DELETE", "/auth/tokens")
    if response.status not in {204, 401, 404}:
        raise UnavailableError(
            f"the identity service {auth_url} did not revoke the token: "
            f"{response.status_line} {read_explanation(response)}",
            http_status=response.status,
            request_id=response.request_id,
        )
