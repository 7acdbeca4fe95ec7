"""The image service: its calls about shares, each answer checked before anybody believes it."""

from __future__ import annotations

import json
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from imgshare_cli.api import response as answers
from imgshare_cli.api.models import Member, is_same_id, is_usable_id
from imgshare_cli.errors import ForbiddenError, NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.api.credential import Grant
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Status
    from imgshare_cli.api.response import Answer
    from imgshare_cli.api.transport import Wire

_MOST_IMAGES = 10_000  # in one page: ten times what Glance gives at most
_OWNER_ONLY = "only a project that owns an image may share it, with the role 'member'"
_SHARE_HINTS = {
    403: f"{_OWNER_ONLY}, and only while its visibility is 'shared'",
    404: "check the image; only its owner's project can share it",
    409: "it is shared with that project already: {members} shows what it decided",
    413: "the image has as many members as the service allows: {unshare} makes room",
}
_UNSHARE_HINTS = {
    403: f"{_OWNER_ONLY}, and unshares it, while its visibility is 'shared'",
    404: "{members} shows whom it is shared with",
}
_MEMBERS_HINTS = {403: "only images whose visibility is 'shared' have members, and a role in the project shows them"}
_LIST_HINTS = {403: "ask for a role in the project, such as 'member'"}


class Page(NamedTuple):
    """Some images of a list, whether there may be more, and how many bytes they took."""

    images: list[Image]
    more: bool
    size: int


class ImageClient:
    """The calls of the Images v2 API that shares need (api-ref, "Images" and "Image sharing").

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
        doing = f"{status.verb} image {image_id} for project {member_id}"
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
        path = f"/v2/images/{_segment('image', image_id)}/members"
        answer = self._call("GET", path, f"look up image {image_id}", hints=_MEMBERS_HINTS, limit=answers.MAX_MANY)
        rows = answers.parsed(answer).get("members")
        if not isinstance(rows, list):
            raise answers.not_the_api(answer, "an object without a list of members")
        members = [self._member(answer, row, image_id) for row in rows]
        if len({member.member_id for member in members}) < len(members):
            raise answers.not_the_api(answer, "a list with the same member twice")
        return members

    def share(self, image_id: str, member_id: str) -> Member:
        """Share an image with a project. Glance takes any text for a project's ID.

        It is not tried again after a fault, because a share that was made already is refused (409).
        """
        path = f"/v2/images/{_segment('image', image_id)}/members"
        doing = f"share image {image_id} with project {member_id}"
        _segment("member", member_id)  # what can stand in no path could not be taken back
        answer = self._call("POST", path, doing, {"member": member_id}, hints=_about(image_id, _SHARE_HINTS))
        return self._member(answer, answers.parsed(answer), image_id, member_id)

    def unshare(self, image_id: str, member_id: str) -> None:
        """Take a share back."""
        doing = f"unshare image {image_id} from project {member_id}"
        hints = _about(image_id, _UNSHARE_HINTS)
        self._call("DELETE", _member_path(image_id, member_id), doing, hints=hints)

    def image(self, image_id: str) -> Image:
        """One image that we may see, whatever we have decided about it."""
        answer = self._call("GET", f"/v2/images/{_segment('image', image_id)}", f"look up image {image_id}")
        image = self._image(answer, answers.parsed(answer))
        if not is_same_id(image.id, image_id):
            raise answers.not_the_api(answer, f"another image, {image.id}")
        return image

    def images(self, query: Mapping[str, str]) -> Page:
        """One page of the image list.

        Args:
            query: the API's own parameters, such as `member_status`, `limit` and `marker`.
        """
        text = urlencode(query, errors="replace")  # a name from the network may have half a surrogate pair
        try:
            path = f"/v2/images?{text}"
            answer = self._call("GET", path, "list the images", hints=_LIST_HINTS, limit=answers.MAX_MANY)
        except NotFoundError as exc:
            raise answers.not_an_image_service(exc, "list of images") from exc
        body = answers.parsed(answer)
        rows = body.get("images")
        if not isinstance(rows, list):
            raise answers.not_the_api(answer, "an object without a list of images")
        if len(rows) > _MOST_IMAGES:  # each takes much more as an image than as text
            raise answers.not_the_api(answer, f"a page of {len(rows)} images")
        if len(answer.body) > answers.MAX_ONE and any(len(json.dumps(row)) > answers.MAX_ONE for row in rows):
            raise answers.not_the_api(answer, f"a list with an image of more than {answers.MAX_ONE >> 20} MiB")
        # Whether there is more, not where: `next` has no path prefix, and loses all but one of several tags.
        return Page([self._image(answer, row) for row in rows], bool(body.get("next")), len(answer.body))

    def check(self) -> None:
        """Ask for the member schema, which every valid token may read whatever its roles."""
        try:
            answer = self._call("GET", "/v2/schemas/member", "check the token")
        except NotFoundError as exc:
            raise answers.not_an_image_service(exc) from exc
        except ForbiddenError as exc:
            exc.hint = _LIST_HINTS[403]
            raise
        if answers.parsed(answer).get("name") != "member":
            raise answers.not_the_api(answer, "an object that is not the member schema")

    @staticmethod
    def _image(answer: Answer, body: Any) -> Image:
        from imgshare_cli.api.images import Image

        try:
            return Image.from_json(body if isinstance(body, dict) else {})
        except ValueError as exc:
            raise answers.not_the_api(answer, f"an image {exc}") from exc

    def _member(self, answer: Answer, body: Any, image_id: str, member_id: str | None = None) -> Member:
        try:
            member = Member.from_json(body if isinstance(body, dict) else {})
        except ValueError as exc:
            raise answers.not_the_api(answer, f"a member {exc}") from exc
        if not is_same_id(member.image_id, image_id):
            raise answers.not_the_api(answer, f"a member of another image, {member.image_id}")
        if member_id and not is_same_id(member.member_id, member_id):
            raise answers.not_the_api(answer, f"another member, {member.member_id}")
        return member

    def _call(  # noqa: PLR0913  (a request has that many sides)
        self,
        method: str,
        path: str,
        doing: str,
        body: object = None,
        *,
        hints: Mapping[int, str] = MappingProxyType({}),
        limit: int = answers.MAX_ONE,
    ) -> Answer:
        used = self._grant
        answer = self._wire.send(method, path, body, limit=limit)
        if answer.status == HTTPStatus.UNAUTHORIZED and (grant := self._renewed(used.secret)):
            self._wire.carry(grant.headers())
            self._grant = grant
            answer = self._wire.send(method, path, body, limit=limit)
        if answer.status in {200, 201, 204}:
            return answer
        from imgshare_cli.api import status_errors as refusals

        raise refusals.error(answer, doing, self._grant, hints)


def _about(image_id: str, hints: Mapping[int, str]) -> dict[int, str]:
    from imgshare_cli.hints import command, word

    image = word(image_id, "IMAGE")
    commands = {"members": command("members", image), "unshare": command("unshare", image, "MEMBER")}
    return {status: hint.format(**commands) for status, hint in hints.items()}


def _member_path(image_id: str, member_id: str) -> str:
    return f"/v2/images/{_segment('image', image_id)}/members/{_segment('member', member_id)}"


def _segment(what: str, text: str) -> str:
    if not is_usable_id(text):
        raise UsageError(
            f"{text[:80]!r} cannot be the ID of {'an image' if what == 'image' else 'a project'}",
            hint="give the ID as the cloud shows it, such as d164b5df-1bc3-4c3f-893e-3e471fd16e64",
        )
    return quote(text, safe="")
