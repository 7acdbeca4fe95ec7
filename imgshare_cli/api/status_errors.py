"""Turns the error statuses of the image service into errors with hints."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli import hints
from imgshare_cli.api.error_bodies import read_explanation, read_request_id
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
    from imgshare_cli.api.ims_meanings import KnownError
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
# The gateway says so of a token that has expired, and of one that was issued in another region.
_OF_ANOTHER_REGION = "APIGW.0307"


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
    quote = read_explanation(response)
    error_class, reason, explanation, hint = _classify(response, credential, call_hints, quote)
    if response.status == HTTPStatus.UNAUTHORIZED and "browser" in quote:  # webob's, which speaks of passwords in one
        quote = ""
    return error_class(
        f"cannot {action}",
        explanation=f'{explanation}: "{quote}"' if quote else explanation,
        hint=hint,
        http_status=response.status,
        request_id=response.request_id or read_request_id(response),
        reason=reason,
        may_have_arrived=response.may_have_arrived,
        service_code=response.service_code,
    )


class _Kind(NamedTuple):
    """What is said of a refusal."""

    error_class: type[ImgshareError]
    reason: Reason | None
    explanation: str
    hint: str | None


def _classify(response: Response, credential: Credential, call_hints: Mapping[int, str], quote: str) -> _Kind:
    """Choose the error's class, reason, explanation and hint, by the service's code or else by the status."""
    if response.rejects_token:
        explanation = f"the token from {credential.source} was rejected"
        return _Kind(AuthError, Reason.TOKEN, explanation, _build_token_hint(response, credential))
    if known := _find_known_error(response, quote):
        return _Kind(known.error_class, known.reason, known.explanation, known.build_hint())
    error_class, explanation, hint = _classify_status(response)
    return _Kind(error_class, None, explanation, call_hints.get(response.status, hint))


def _find_known_error(response: Response, quote: str) -> KnownError | None:
    if response.service_code is None and response.status != HTTPStatus.FORBIDDEN:
        return None
    from imgshare_cli.api import ims_errors
    from imgshare_cli.api.ims_meanings import FAILED

    known = ims_errors.find_known_error(response.service_code)
    if known is None and response.status == HTTPStatus.FORBIDDEN:
        return ims_errors.find_missing_permission(quote)
    # Of a member that does not exist, IMS may say with 404 that it failed to find it.
    return None if known is FAILED and response.status == HTTPStatus.NOT_FOUND else known


def _classify_status(response: Response) -> tuple[type[ImgshareError], str, str | None]:
    """Choose the error's class, explanation and general hint by the status."""
    status = response.status
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        more = "; its operators can look up the request ID" if response.request_id else ""
        return UnavailableError, f"the service failed ({response.status_line})", f"try again later{more}"
    error_class, explanation = _ERRORS.get(status, (RefusedError, f"refused ({response.status_line})"))
    return error_class, explanation, _HINTS.get(status)


def _build_token_hint(response: Response, credential: Credential) -> str:
    # Glance also answers 401 while Keystone, which it asks about the token, is down.
    down = "if the token is new, the identity service may be down"
    if response.service_code == _OF_ANOTHER_REGION:
        down = "if the token is new, the endpoint may be that of another region"
    if credential.variable:
        variable = credential.variable
        return f"set {variable} to a new token ('openstack token issue' creates one), or unset it and log in; {down}"
    return f"log in again: {hints.build_login_command(credential.relogin_command)}; {down}"
