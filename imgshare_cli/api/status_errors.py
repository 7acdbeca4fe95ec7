"""Turns the error statuses of the image service into errors with hints."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.error_bodies import read_error_code, read_explanation
from imgshare_cli.api.response import create_mismatch_error
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

_ERRORS: dict[int, tuple[type[ImgshareError], str]] = {
    403: (ForbiddenError, "forbidden"),
    404: (NotFoundError, "not found"),
    429: (UnavailableError, "too many requests"),
}
_HINTS = {
    403: "only MEMBER can decide, with the role 'member', about an image with the visibility 'shared'",
    404: "check the IDs, and ask the owner whether the image is shared with this project",
    429: "try again in a minute",
}


def create_status_error(
    response: Response, action: str, credential: Credential, call_hints: Mapping[int, str]
) -> ImgshareError:
    """Create the error for a response that is not a success.

    Args:
        response: the response.
        action: what was tried, in words that follow "cannot".
        credential: the credential of the request.
        call_hints: hints by status, where this call has better ones than the general ones.
    """
    if response.status // 100 in {1, 2, 3} or response.status in {405, 406, 411, 415}:
        came = f"{response.status_line}" + (f", a redirect to {response.location[:200]}" if response.location else "")
        return create_mismatch_error(response, came)
    if response.status == HTTPStatus.NOT_FOUND and not response.request_id and "html" in response.content_type:
        # The image API answers in JSON, as we ask: an HTML page comes from another server.
        return create_mismatch_error(response, f"{response.status_line}, an HTML page")
    if credential.access_key_id:
        from imgshare_cli.api.key_errors import create_key_error

        if error := create_key_error(response, action, credential):
            return error
    error_class, explanation, hint = _classify_status(response, credential)
    quote = read_explanation(response)
    if response.status == HTTPStatus.UNAUTHORIZED and "browser" in quote:  # webob's, which speaks of passwords in one
        quote = ""
    return error_class(
        f"cannot {action}",
        explanation=f'{explanation}: "{quote}"' if quote else explanation,
        hint=call_hints.get(response.status, hint),
        http_status=response.status,
        request_id=response.request_id,
        reason=Reason.TOKEN if response.status == HTTPStatus.UNAUTHORIZED else None,
        may_have_arrived=response.may_have_arrived,
        service_code=read_error_code(response),
    )


def _classify_status(response: Response, credential: Credential) -> tuple[type[ImgshareError], str, str | None]:
    """Choose the error's class, explanation and general hint by the status."""
    status = response.status
    if status == HTTPStatus.UNAUTHORIZED:
        return AuthError, f"the token from {credential.source} was rejected", _build_token_hint(credential)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        more = "; its operators can look up the request ID" if response.request_id else ""
        return UnavailableError, f"the service failed ({response.status_line})", f"try again later{more}"
    error_class, explanation = _ERRORS.get(status, (RefusedError, f"refused ({response.status_line})"))
    return error_class, explanation, _HINTS.get(status)


def _build_token_hint(credential: Credential) -> str:
    # Glance also answers 401 while Keystone, which it asks about the token, is down.
    down = "if the token is new, the identity service may be down"
    if credential.variable:
        variable = credential.variable
        return f"set {variable} to a new token ('openstack token issue' creates one), or unset it and log in; {down}"
    return f"log in again: {hints.build_login_command(credential.relogin_command)}; {down}"
