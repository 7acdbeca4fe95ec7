"""The calls of IMS that are Glance's too: images, and their members one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imgshare_cli.sandbox import request_body
from imgshare_cli.sandbox.demo_data import create_id
from imgshare_cli.sandbox.handlers import build_json_response
from imgshare_cli.sandbox.http_messages import Response
from imgshare_cli.sandbox.image_schema import build_image
from imgshare_cli.sandbox.ims import parameters
from imgshare_cli.sandbox.ims.errors import ImsError, create_path_error
from imgshare_cli.sandbox.ims.image_list import ImageList
from imgshare_cli.sandbox.query import parse_query_string
from imgshare_cli.sandbox.schemas import SCHEMAS

if TYPE_CHECKING:
    from imgshare_cli.sandbox.http_messages import Request
    from imgshare_cli.sandbox.ims.members import MemberService
    from imgshare_cli.sandbox.records import MemberRecord
    from imgshare_cli.sandbox.store import ImageStore
    from imgshare_cli.sandbox.tokens import Caller

_GLANCE_LIMIT = 25
_IMS_LIMIT = 500
_MEMBER_LIMIT = 500
_ORGANIZATION_OWNER = create_id("owner of the organization").replace("-", "")


class ImsImageHandlers:
    """One method for each API call."""

    def __init__(self, images: ImageStore, members: MemberService) -> None:
        self._images = images
        self._list = ImageList(images)
        self._members = members

    def list_images(self, caller: Caller, request: Request) -> Response:
        """Handle `GET /v2/images`."""
        images = self._list.list_images(caller, parse_query_string(request.target), _GLANCE_LIMIT)
        return build_json_response({"images": images, "schema": "/v2/schemas/images", "first": "/v2/images"})

    def list_cloudimages(self, caller: Caller, request: Request) -> Response:
        """Handle `GET /v2/cloudimages`."""
        images = self._list.list_images(caller, parse_query_string(request.target), _IMS_LIMIT)
        return build_json_response({"images": images})

    def create_image(self, caller: Caller, request: Request) -> Response:
        """Handle `POST /v2/images`."""
        image = self._images.create_image(caller, build_image(parameters.read_object(request), caller.project_id))
        return build_json_response(self._list.describe(image), 201)

    def get_image(self, caller: Caller, _request: Request, image_id: str) -> Response:
        """Handle `GET /v2/images/{image_id}`."""
        return build_json_response(self._list.describe(self._images.get_image(caller, image_id)))

    def update_image(self, caller: Caller, request: Request, image_id: str) -> Response:
        """Handle `PATCH /v2/images/{image_id}`."""
        changes = request_body.read_patch(request)
        return build_json_response(self._list.describe(self._images.update_image(caller, image_id, changes)))

    def delete_image(self, caller: Caller, _request: Request, image_id: str) -> Response:
        """Handle `DELETE /v2/images/{image_id}`."""
        self._images.delete_image(caller, image_id)
        return Response(204)

    def list_members(self, caller: Caller, request: Request, image_id: str) -> Response:
        """Handle `GET /v2/images/{image_id}/members`, which has pages."""
        members = self._images.list_members(caller, image_id)
        page, next_marker = _select_page(members, parameters.read_parameters(request))
        return build_json_response(
            {
                "members": [_describe_member(member) for member in page],
                "schema": "/v2/schemas/members",
                "page_info": {"next_marker": next_marker, "current_count": len(page)},
            }
        )

    def add_member(self, caller: Caller, request: Request, image_id: str) -> Response:
        """Handle `POST /v2/images/{image_id}/members`."""
        member = self._members.add(caller, image_id, parameters.read_object(request).get("member"))
        return build_json_response(_describe_member(member))

    def get_member(self, caller: Caller, _request: Request, image_id: str, member_id: str) -> Response:
        """Handle `GET /v2/images/{image_id}/members/{member_id}`."""
        return build_json_response(_describe_member(self._images.get_member(caller, image_id, member_id)))

    def set_member_status(self, caller: Caller, request: Request, image_id: str, member_id: str) -> Response:
        """Handle `PUT /v2/images/{image_id}/members/{member_id}`."""
        body = parameters.read_object(request)
        status = parameters.read_status(body)
        member = self._members.set_status(caller, image_id, member_id, status, body.get("vault_id"))
        return build_json_response(_describe_member(member))

    def remove_member(self, caller: Caller, _request: Request, image_id: str, member_id: str) -> Response:
        """Handle `DELETE /v2/images/{image_id}/members/{member_id}`."""
        self._members.remove(caller, image_id, member_id)
        return Response(204)

    def list_project_members(self, caller: Caller, request: Request, project_id: str, image_id: str) -> Response:
        """Handle `GET /v1/{project_id}/cloudimages/{image_id}/members`."""
        check_project(caller, project_id)
        return self.list_members(caller, request, image_id)

    def get_project_member(
        self, caller: Caller, request: Request, project_id: str, image_id: str, member_id: str
    ) -> Response:
        """Handle `GET /v1/{project_id}/cloudimages/{image_id}/members/{member_id}`."""
        check_project(caller, project_id)
        return self.get_member(caller, request, image_id, member_id)

    def get_schema(self, _caller: Caller, _request: Request, name: str) -> Response:
        """Handle `GET /v2/schemas/{name}`."""
        if name not in SCHEMAS:
            raise create_path_error()
        return build_json_response(SCHEMAS[name])


def check_project(caller: Caller, project_id: object) -> None:
    """Raise an error unless a project that a request names is the caller's."""
    if project_id != caller.project_id:
        raise ImsError("IMG.0030", "The project ID and the token do not match.")


def _select_page(members: list[MemberRecord], query: dict[str, str]) -> tuple[list[MemberRecord], str | None]:
    limit = min(parameters.parse_number(query, "limit", _MEMBER_LIMIT) or _MEMBER_LIMIT, _MEMBER_LIMIT)
    start = 0
    if marker := query.get("marker"):
        start = next((number for number, member in enumerate(members, 1) if member.member_id == marker), -1)
        if start < 0:
            raise ImsError("IMG.0001", "The parameter marker is invalid.")
    page = members[start : start + limit]
    return page, page[-1].member_id if start + limit < len(members) else None


def _describe_member(member: MemberRecord) -> dict[str, Any]:
    described = member.to_json() | {"member_type": member.member_type}
    if member.member_type == "organization":
        described["urn"] = f"organizations:{_ORGANIZATION_OWNER}:ou:o-sandbox/{member.member_id}"
    return described
