"""What the service says when it says no: each status as an error, with the way out."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.response import create_mismatch_error, read_explanation
from imgshare_cli.errors import (
    AuthError,
    ForbiddenError,
    ImgshareError,
    NotFoundError,
    Reason,
    RefusedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.response import Response

_MEANINGS: dict[int, tuple[type[ImgshareError], str]] = {
    403: (ForbiddenError, "forbidden"),
    404: (NotFoundError, "not found"),
    429: (UnavailableError, "too many requests"),
}
_HINTS = {
    403: "only MEMBER decides, with the role 'member', about an image that is 'shared'",
    404: "check the IDs, and ask the owner whether the image is shared with this project",
    429: "try again in a minute",
}


def create_status_error(
    response: Response, doing: str, credential: Credential, ways_out: Mapping[int, str]
) -> ImgshareError:
    """The error that an answer is.

    Args:
        response: what came back.
        doing: what was tried, as it follows "cannot".
        credential: what we were let in by, or not.
        ways_out: the way out by status, where this call knows a better one.
    """
    if response.status // 100 in {1, 2, 3} or response.status in {405, 406, 411, 415}:
        came = f"{response.status_line}" + (f", a redirect to {response.location[:200]}" if response.location else "")
        return create_mismatch_error(response, came)
    if response.status == HTTPStatus.NOT_FOUND and not response.request_id and "html" in response.content_type:
        # We ask for JSON, and get it from the image API: this page is some other server's.
        return create_mismatch_error(response, f"{response.status_line}, an HTML page")
    kind, sentence, hint = _classify(response, credential)
    said = read_explanation(response)
    because = sentence.format(status=response.status_line) + (f': "{said}"' if said else "")
    return kind(
        f"cannot {doing}: {because}",
        hint=ways_out.get(response.status, hint),
        http_status=response.status,
        request_id=response.request_id,
        reason=Reason.TOKEN if response.status == HTTPStatus.UNAUTHORIZED else None,
        because=because,
    )


def _classify(response: Response, credential: Credential) -> tuple[type[ImgshareError], str, str | None]:
    status = response.status
    if status == HTTPStatus.UNAUTHORIZED:
        return AuthError, f"the service does not take the token from {credential.source}", _build_token_hint(credential)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        more = "; its operators can look up the request ID" if response.request_id else ""
        return UnavailableError, "the service failed ({status})", f"try again later{more}"
    kind, sentence = _MEANINGS.get(status, (RefusedError, "refused ({status})"))
    return kind, sentence, _HINTS.get(status)


def _build_token_hint(credential: Credential) -> str:
    # Glance also answers 401 while Keystone, which it would ask about the token, is down.
    down = "if it is new, the identity service may be down"
    if credential.variable:
        variable = credential.variable
        return f"put a new one into {variable} ('openstack token issue' makes one), or unset it and log in; {down}"
    return f"log in again: {hints.build_login_command(credential.relogin_command)}; {down}"
