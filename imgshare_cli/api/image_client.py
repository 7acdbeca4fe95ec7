"""The image service: its calls about shares, each answer checked before anybody believes it."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from imgshare_cli.api.models import Member, is_same_id, is_usable_id
from imgshare_cli.api.response import (
    MAX_MANY,
    MAX_ONE,
    create_mismatch_error,
    create_not_image_service_error,
    parse_object,
)
from imgshare_cli.errors import ForbiddenError, NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.api.authentication import TokenAuth
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Status
    from imgshare_cli.api.response import Response
    from imgshare_cli.api.transport import HttpTransport

_MOST_IMAGES = 10_000  # in one page: ten times what Glance gives at most
_OWNER_ONLY = "only the project that owns an image can share it, with the role 'member'"
_SHARE_HINTS = {
    403: f"{_OWNER_ONLY}, and only while its visibility is 'shared'",
    404: "check the image; only the project that owns it can share it",
    409: "it is already shared with that project: {members} shows its decision",
    413: "the image has the maximum number of members: {unshare} removes one",
}
_UNSHARE_HINTS = {
    403: (
        "only the project that owns an image can unshare it, with the role 'member', and only while its visibility "
        "is 'shared'"
    ),
    404: "{members} shows the projects it is shared with",
}
_MEMBERS_HINTS = {
    403: "only images with the visibility 'shared' have members, and you need a role in the project to see them"
}
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
        transport: the connection to the service.
        auth: authenticates its requests; errors name the credential that it used last.
    """

    def __init__(self, transport: HttpTransport, auth: TokenAuth) -> None:
        self._transport = transport
        self._auth = auth

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
        response = self._call("PUT", _member_path(image_id, member_id), doing, body)
        member = self._member(response, parse_object(response), image_id, member_id)
        if member.status != status:
            raise create_mismatch_error(response, f"a member with the status {member.status} instead of {status}")
        return member

    def get_member(self, image_id: str, member_id: str) -> Member:
        """One share."""
        doing = f"show image {image_id} for project {member_id}"
        response = self._call("GET", _member_path(image_id, member_id), doing)
        return self._member(response, parse_object(response), image_id, member_id)

    def list_members(self, image_id: str) -> list[Member]:
        """The shares of an image that we may see: all as its owner, our own as a member. The API has no pages here."""
        path = f"/v2/images/{_segment('image', image_id)}/members"
        response = self._call("GET", path, f"look up image {image_id}", hints=_MEMBERS_HINTS, limit=MAX_MANY)
        rows = parse_object(response).get("members")
        if not isinstance(rows, list):
            raise create_mismatch_error(response, "an object without a list of members")
        members = [self._member(response, row, image_id) for row in rows]
        if len({member.member_id for member in members}) < len(members):
            raise create_mismatch_error(response, "a list with the same member twice")
        return members

    def share_image(self, image_id: str, member_id: str) -> Member:
        """Share an image with a project. Glance takes any text for a project's ID.

        It is not tried again after a fault, because a share that was made already is refused (409).
        """
        path = f"/v2/images/{_segment('image', image_id)}/members"
        doing = f"share image {image_id} with project {member_id}"
        _segment("member", member_id)  # what can stand in no path could not be taken back
        response = self._call("POST", path, doing, {"member": member_id}, hints=_about(image_id, _SHARE_HINTS))
        return self._member(response, parse_object(response), image_id, member_id)

    def unshare_image(self, image_id: str, member_id: str) -> None:
        """Take a share back."""
        doing = f"unshare image {image_id} from project {member_id}"
        hints = _about(image_id, _UNSHARE_HINTS)
        self._call("DELETE", _member_path(image_id, member_id), doing, hints=hints)

    def get_image(self, image_id: str) -> Image:
        """One image that we may see, whatever we have decided about it."""
        response = self._call("GET", f"/v2/images/{_segment('image', image_id)}", f"look up image {image_id}")
        image = self._image(response, parse_object(response))
        if not is_same_id(image.id, image_id):
            raise create_mismatch_error(response, f"another image, {image.id}")
        return image

    def list_images(self, query: Mapping[str, str]) -> Page:
        """One page of the image list.

        Args:
            query: the API's own parameters, such as `member_status`, `limit` and `marker`.
        """
        text = urlencode(query, errors="replace")  # a name from the network may have half a surrogate pair
        try:
            path = f"/v2/images?{text}"
            response = self._call("GET", path, "list the images", hints=_LIST_HINTS, limit=MAX_MANY)
        except NotFoundError as exc:
            raise create_not_image_service_error(exc, "list of images") from exc
        body = parse_object(response)
        rows = body.get("images")
        if not isinstance(rows, list):
            raise create_mismatch_error(response, "an object without a list of images")
        if len(rows) > _MOST_IMAGES:  # each takes much more as an image than as text
            raise create_mismatch_error(response, f"a page of {len(rows)} images")
        if len(response.body) > MAX_ONE and any(len(json.dumps(row)) > MAX_ONE for row in rows):
            raise create_mismatch_error(response, f"a list with an image of more than {MAX_ONE >> 20} MiB")
        # Whether there is more, not where: `next` has no path prefix, and loses all but one of several tags.
        return Page([self._image(response, row) for row in rows], bool(body.get("next")), len(response.body))

    def check_token(self) -> None:
        """Ask for the member schema, which every valid token may read whatever its roles."""
        try:
            response = self._call("GET", "/v2/schemas/member", "check the token")
        except NotFoundError as exc:
            raise create_not_image_service_error(exc) from exc
        except ForbiddenError as exc:
            raise exc.replace(hint=_LIST_HINTS[403]) from exc
        if parse_object(response).get("name") != "member":
            raise create_mismatch_error(response, "an object that is not the member schema")

    @staticmethod
    def _image(response: Response, body: Any) -> Image:
        from imgshare_cli.api.images import Image

        try:
            return Image.from_json(body if isinstance(body, dict) else {})
        except ValueError as exc:
            raise create_mismatch_error(response, f"an image {exc}") from exc

    def _member(self, response: Response, body: Any, image_id: str, member_id: str | None = None) -> Member:
        try:
            member = Member.from_json(body if isinstance(body, dict) else {})
        except ValueError as exc:
            raise create_mismatch_error(response, f"a member {exc}") from exc
        if not is_same_id(member.image_id, image_id):
            raise create_mismatch_error(response, f"a member of another image, {member.image_id}")
        if member_id and not is_same_id(member.member_id, member_id):
            raise create_mismatch_error(response, f"another member, {member.member_id}")
        return member

    def _call(  # noqa: PLR0913  (a request has that many sides)
        self,
        method: str,
        path: str,
        doing: str,
        body: object = None,
        *,
        hints: Mapping[int, str] = MappingProxyType({}),
        limit: int = MAX_ONE,
    ) -> Response:
        response = self._transport.send(method, path, body, limit=limit)
        if response.status in {200, 201, 204}:
            return response
        from imgshare_cli.api.status_errors import create_status_error

        raise create_status_error(response, doing, self._auth.credential, hints)


def _about(image_id: str, hints: Mapping[int, str]) -> dict[int, str]:
    from imgshare_cli.hints import build_command, quote_word

    image = quote_word(image_id, "IMAGE")
    commands = {"members": build_command("members", image), "unshare": build_command("unshare", image, "MEMBER")}
    return {status: hint.format(**commands) for status, hint in hints.items()}


def _member_path(image_id: str, member_id: str) -> str:
    return f"/v2/images/{_segment('image', image_id)}/members/{_segment('member', member_id)}"


def _segment(what: str, text: str) -> str:
    if not is_usable_id(text):
        raise UsageError(
            f"{text[:80]!r} is not a valid {'image' if what == 'image' else 'project'} ID",
            hint="use the ID that the cloud shows, such as d164b5df-1bc3-4c3f-893e-3e471fd16e64",
        )
    return quote(text, safe="")
