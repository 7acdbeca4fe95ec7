"""The image service: its calls about shares, each answer checked before anybody believes it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from imgshare_cli import answers
from imgshare_cli.errors import (
    AuthError,
    ForbiddenError,
    ImgshareError,
    NotFoundError,
    RefusedError,
    UnavailableError,
    UsageError,
)
from imgshare_cli.models import Member, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.answers import Answer
    from imgshare_cli.grants import Grant
    from imgshare_cli.transport import Wire

_VERBS = {Status.ACCEPTED: "accept", Status.REJECTED: "reject", Status.PENDING: "reset"}
_MEANINGS: dict[int, tuple[type[ImgshareError], str]] = {
    403: (ForbiddenError, "forbidden"),
    404: (NotFoundError, "not found"),
    429: (UnavailableError, "too many requests"),
}
_HINTS = {
    403: "only MEMBER decides, with the role `member`, about an image that is `shared`",
    404: "check the IDs (names will not do), and ask the owner whether the image is shared with this project",
    429: "try again in a minute",
}
_MAX_ID = 255


class ImageClient:
    """The members calls of the Images v2 API (api-ref, "Image sharing").

    Every call raises AuthError (401), ForbiddenError (403), NotFoundError (404), RefusedError (400, 409, 413,
    422) or UnavailableError (no answer, or one that is not the API's), and UsageError for an impossible ID.

    Args:
        wire: the connection to the service, which carries the grant.
        grant: what lets us in.
        renewed: asked, once, for another grant when the service does not take this one.
    """

    def __init__(self, wire: Wire, grant: Grant, renewed: Callable[[str], Grant | None]) -> None:
        self._wire = wire
        self._grant = grant
        self._renewed = renewed

    def set_status(self, image_id: str, member_id: str, status: Status, vault_id: str | None = None) -> Member:
        """Decide about a share. Saying the same again changes nothing.

        Args:
            image_id: the image.
            member_id: the project that the image is shared with.
            status: the decision.
            vault_id: the backup vault for a full-server image; IMS wants it, Glance ignores it.
        """
        body = {"status": status.value} | ({"vault_id": vault_id} if vault_id else {})
        doing = f"{_VERBS[status]} image {image_id} for project {member_id}"
        answer = self._call("PUT", _member_path(image_id, member_id), doing, body)
        member = self._member(answer, answers.parsed(answer), image_id, member_id)
        if member.status != status:
            raise answers.not_the_api(answer, f"a member who is {member.status} although we said {status}")
        return member

    def member(self, image_id: str, member_id: str) -> Member:
        """One share."""
        doing = f"show image {image_id} for project {member_id}"
        answer = self._call("GET", _member_path(image_id, member_id), doing)
        return self._member(answer, answers.parsed(answer), image_id, member_id)

    def members(self, image_id: str) -> list[Member]:
        """The shares of an image that we may see: all as its owner, our own as a member. The API has no pages here."""
        answer = self._call("GET", f"/v2/images/{_segment('image', image_id)}/members", f"look up image {image_id}")
        rows = answers.parsed(answer).get("members")
        if not isinstance(rows, list):
            raise answers.not_the_api(answer, "an object without a list of members")
        return [self._member(answer, row, image_id) for row in rows]

    def check(self) -> None:
        """Ask for the member schema, which every valid token may read whatever its roles."""
        try:
            answer = self._call("GET", "/v2/schemas/member", "check the token")
        except NotFoundError as exc:
            raise answers.not_an_image_service(exc) from exc
        except ForbiddenError as exc:
            exc.hint = "ask for a role in the project, such as `member`"
            raise
        if answers.parsed(answer).get("name") != "member":
            raise answers.not_the_api(answer, "an object that is not the member schema")

    def _member(self, answer: Answer, body: Any, image_id: str, member_id: str | None = None) -> Member:
        try:
            member = Member.from_json(body if isinstance(body, dict) else {})
        except ValueError as exc:
            raise answers.not_the_api(answer, f"a member {exc}") from exc
        # Some databases compare IDs without regard to case, and then answer with their own spelling.
        if member.image_id.casefold() != image_id.casefold():
            raise answers.not_the_api(answer, f"a member of another image, {member.image_id[:_MAX_ID]}")
        if member_id and member.member_id.casefold() != member_id.casefold():
            raise answers.not_the_api(answer, f"another member, {member.member_id[:_MAX_ID]}")
        return member

    def _call(self, method: str, path: str, doing: str, body: object = None) -> Answer:
        used = self._grant
        answer = self._wire.send(method, path, body)
        if answer.status == HTTPStatus.UNAUTHORIZED and (grant := self._renewed(used.secret)):
            self._wire.carry(grant.headers())
            self._grant = grant
            answer = self._wire.send(method, path, body)
        if answer.status in {200, 201, 204}:
            return answer
        raise self._error(answer, doing)

    def _error(self, answer: Answer, doing: str) -> ImgshareError:
        if answer.status // 100 in {1, 2, 3} or answer.status in {405, 406, 411, 415}:
            came = f"{answer.named()}" + (f", a redirect to {answer.location[:200]}" if answer.location else "")
            return answers.not_the_api(answer, came)
        if answer.status == HTTPStatus.NOT_FOUND and not answer.request_id and "html" in answer.content_type:
            # We ask for JSON, and get it from the image API: this page is some other server's.
            return answers.not_the_api(answer, f"{answer.named()}, an HTML page")
        kind, sentence, hint = self._meaning(answer)
        said = answers.reason(answer)
        return kind(
            f"cannot {doing}: {sentence.format(status=answer.named())}" + (f': "{said}"' if said else ""),
            hint=hint,
            http_status=answer.status,
            request_id=answer.request_id,
        )

    def _meaning(self, answer: Answer) -> tuple[type[ImgshareError], str, str | None]:
        status = answer.status
        if status == HTTPStatus.UNAUTHORIZED:
            source = self._grant.source
            return AuthError, f"the service does not take the token from {source}", _new_token(self._grant)
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
        return f"put a new one into {variable} (`openstack token issue` makes one), or unset it and log in; {down}"
    return f"log in again: `{grant.again or 'imgshare login'}`; {down}"


def _member_path(image_id: str, member_id: str) -> str:
    return f"/v2/images/{_segment('image', image_id)}/members/{_segment('member', member_id)}"


def _segment(what: str, text: str) -> str:
    # A slash or a dot segment would name another resource, encoded or not: some proxies decode before they route.
    if (
        not text.isprintable()
        or not text.strip()
        or text in {".", ".."}
        or set(text) & set("/\\")
        or len(text) > _MAX_ID
    ):
        raise UsageError(
            f"{text[:80]!r} cannot be the ID of {'an image' if what == 'image' else 'a project'}",
            hint="give the ID as the cloud shows it, such as d164b5df-1bc3-4c3f-893e-3e471fd16e64",
        )
    return quote(text, safe="")
