"""The calls of the Images API: read the request, use the store, build the response."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from imgshare_cli.sandbox import request_body
from imgshare_cli.sandbox.http_messages import Request, Response
from imgshare_cli.sandbox.image_schema import build_image
from imgshare_cli.sandbox.query import ImageQuery, build_page_links, parse_query_string
from imgshare_cli.sandbox.schemas import SCHEMAS

if TYPE_CHECKING:
    from imgshare_cli.sandbox.store import ImageStore
    from imgshare_cli.sandbox.tokens import Caller


class ImageHandlers:
    """One method for each API call."""

    def __init__(self, store: ImageStore) -> None:
        self._store = store

    def list_images(self, caller: Caller, request: Request) -> Response:
        """Handle `GET /images`."""
        params = parse_query_string(request.target)
        query = ImageQuery.parse(params)
        images = self._store.list_images(caller, query)
        page = {"images": [image.to_json() for image in images]}
        return build_json_response(page | build_page_links(params, images, query.limit))

    def create_image(self, caller: Caller, request: Request) -> Response:
        """Handle `POST /images`."""
        image = self._store.create_image(caller, build_image(request_body.read_json(request), caller.project_id))
        response = build_json_response(image.to_json(), 201)
        response.headers["Location"] = f"{request.base_url}/v2/images/{image.id}"
        return response

    def get_image(self, caller: Caller, request: Request, image_id: str) -> Response:
        """Handle `GET /images/{image_id}`."""
        request_body.reject_body(request)
        return build_json_response(self._store.get_image(caller, image_id).to_json())

    def update_image(self, caller: Caller, request: Request, image_id: str) -> Response:
        """Handle `PATCH /images/{image_id}`."""
        changes = request_body.read_patch(request)
        return build_json_response(self._store.update_image(caller, image_id, changes).to_json())

    def delete_image(self, caller: Caller, request: Request, image_id: str) -> Response:
        """Handle `DELETE /images/{image_id}`."""
        request_body.reject_body(request)
        self._store.delete_image(caller, image_id)
        return Response(204, headers={"Content-Type": "text/html; charset=UTF-8"})

    def run_action(self, caller: Caller, _request: Request, image_id: str, action: str) -> Response:
        """Handle `POST /images/{image_id}/actions/deactivate` and `…/reactivate`."""
        self._store.set_image_status(caller, image_id, action)
        return Response(204)

    def list_members(self, caller: Caller, request: Request, image_id: str) -> Response:
        """Handle `GET /images/{image_id}/members`."""
        request_body.reject_body(request)
        members = [member.to_json() for member in self._store.list_members(caller, image_id)]
        return build_json_response({"members": members, "schema": "/v2/schemas/members"})

    def add_member(self, caller: Caller, request: Request, image_id: str) -> Response:
        """Handle `POST /images/{image_id}/members`."""
        member_id = request_body.read_member_id(request)
        member = self._store.add_member(caller, image_id, request_body.convert_member_id(member_id))
        # The response repeats a number as a number, though it is stored as text.
        return build_json_response(member.to_json() | {"member_id": member_id})

    def get_member(self, caller: Caller, request: Request, image_id: str, member_id: str) -> Response:
        """Handle `GET /images/{image_id}/members/{member_id}`."""
        request_body.reject_body(request)
        return build_json_response(self._store.get_member(caller, image_id, member_id).to_json())

    def set_member_status(self, caller: Caller, request: Request, image_id: str, member_id: str) -> Response:
        """Handle `PUT /images/{image_id}/members/{member_id}`."""
        status = request_body.read_member_status(request)
        return build_json_response(self._store.set_member_status(caller, image_id, member_id, status).to_json())

    def remove_member(self, caller: Caller, request: Request, image_id: str, member_id: str) -> Response:
        """Handle `DELETE /images/{image_id}/members/{member_id}`."""
        request_body.reject_body(request)
        self._store.remove_member(caller, image_id, member_id)
        return Response(204)

    def get_schema(self, _caller: Caller, request: Request, name: str) -> Response:
        """Handle `GET /schemas/{name}`."""
        request_body.reject_body(request)
        return build_json_response(SCHEMAS[name])


def build_json_response(body: dict[str, Any], status: int = 200) -> Response:
    """Build a response with this JSON object."""
    return Response(status, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"})
