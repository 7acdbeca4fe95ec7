"""What the service says when it says no: each status as an error, with the way out."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api import response as answers
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

    from imgshare_cli.api.credential import Grant
    from imgshare_cli.api.response import Answer

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


def error(answer: Answer, doing: str, grant: Grant, ways_out: Mapping[int, str]) -> ImgshareError:
    """The error that an answer is.

    Args:
        answer: what came back.
        doing: what was tried, as it follows "cannot".
        grant: what we were let in by, or not.
        ways_out: the way out by status, where this call knows a better one.
    """
    if answer.status // 100 in {1, 2, 3} or answer.status in {405, 406, 411, 415}:
        came = f"{answer.named()}" + (f", a redirect to {answer.location[:200]}" if answer.location else "")
        return answers.not_the_api(answer, came)
    if answer.status == HTTPStatus.NOT_FOUND and not answer.request_id and "html" in answer.content_type:
        # We ask for JSON, and get it from the image API: this page is some other server's.
        return answers.not_the_api(answer, f"{answer.named()}, an HTML page")
    kind, sentence, hint = _meaning(answer, grant)
    said = answers.reason(answer)
    because = sentence.format(status=answer.named()) + (f': "{said}"' if said else "")
    return kind(
        f"cannot {doing}: {because}",
        hint=ways_out.get(answer.status, hint),
        http_status=answer.status,
        request_id=answer.request_id,
        reason=Reason.TOKEN if answer.status == HTTPStatus.UNAUTHORIZED else None,
        because=because,
    )


def _meaning(answer: Answer, grant: Grant) -> tuple[type[ImgshareError], str, str | None]:
    status = answer.status
    if status == HTTPStatus.UNAUTHORIZED:
        return AuthError, f"the service does not take the token from {grant.source}", _new_token(grant)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        more = "; its operators can look up the request ID" if answer.request_id else ""
        return UnavailableError, "the service failed ({status})", f"try again later{more}"
    kind, sentence = _MEANINGS.get(status, (RefusedError, "refused ({status})"))
    return kind, sentence, _HINTS.get(status)


def _new_token(grant: Grant) -> str:
    # Glance also answers 401 while Keystone, which it would ask about the token, is down.
    down = "if it is new, the identity service may be down"
    if grant.variable:
        variable = grant.variable
        return f"put a new one into {variable} ('openstack token issue' makes one), or unset it and log in; {down}"
    return f"log in again: {hints.log_in(grant.again)}; {down}"
