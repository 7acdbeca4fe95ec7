"""Whether the identity service works, for an image service that rejects tokens because it does not."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli.errors import UnavailableError

if TYPE_CHECKING:
    from imgshare_cli.api.transport import HttpTransport


def check_identity_service(transport: HttpTransport, auth_url: str) -> None:
    """Check that the identity service works: Glance answers 401 also when it cannot ask Keystone about a token.

    Args:
        transport: a connection to the identity service, without a credential.
        auth_url: its address, for messages.

    Raises:
        UnavailableError: it does not work.
    """
    try:
        response = transport.send("GET", "")
    except UnavailableError as exc:
        raise UnavailableError(
            f"the image service cannot check tokens now, because the identity service is down: {exc.message}",
            hint="try again later; the token may be valid",
        ) from exc
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise UnavailableError(
            f"the image service cannot check tokens now, because the identity service {auth_url} failed: "
            f"{response.status_line}",
            hint="try again later; the token may be valid",
            http_status=response.status,
            request_id=response.request_id,
        )
