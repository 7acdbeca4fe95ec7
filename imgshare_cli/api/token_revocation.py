"""The identity service, as far as it takes no login: is it there, and make a token worthless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api import response as answers
from imgshare_cli.config import service_url as addresses
from imgshare_cli.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.credential import Grant
    from imgshare_cli.api.transport import Wire


def must_be_up(auth_url: str, cacert: str | None, connect: Callable[[str, dict[str, str], str | None], Wire]) -> None:
    """Tell a worthless token from an identity service that nobody can ask: Glance answers 401 to both.

    Args:
        auth_url: the identity service.
        cacert: the authorities that its credential trusts.
        connect: opens a connection.

    Raises:
        UnavailableError: the identity service does not answer.
    """
    try:
        answer = connect(auth_url, {}, cacert).send("GET", "")
    except UnavailableError as exc:
        raise UnavailableError(
            f"the image service takes no token now, because the identity service is down: {exc.message}",
            hint="try again later; the token may be good",
        ) from exc
    if answer.status >= 500:  # noqa: PLR2004
        raise UnavailableError(
            f"the image service takes no token now, because the identity service {auth_url} failed: {answer.named()}",
            hint="try again later; the token may be good",
            http_status=answer.status,
            request_id=answer.request_id,
        )


def revoke(auth_url: str, grant: Grant, connect: Callable[[str, dict[str, str], str | None], Wire]) -> None:
    """Make a token worthless (Keystone, DELETE /v3/auth/tokens); one that is so already is no error.

    Args:
        auth_url: the identity service.
        grant: the token, and the authorities that its login trusted.
        connect: opens a connection.

    Raises:
        UnavailableError: the identity service did not do it.
    """
    headers = {"X-Auth-Token": grant.secret, "X-Subject-Token": grant.secret}
    answer = connect(addresses.identity_v3(auth_url), headers, grant.cacert).send("DELETE", "/auth/tokens")
    if answer.status not in {204, 401, 404}:
        raise UnavailableError(
            f"the identity service {auth_url} did not revoke the token: {answer.named()} {answers.reason(answer)}",
            http_status=answer.status,
            request_id=answer.request_id,
        )
