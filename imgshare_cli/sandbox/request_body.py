"""Read request bodies, and reject those that Glance rejects."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from imgshare_cli.sandbox import image_schema
from imgshare_cli.sandbox.errors import ApiError, ServerError

if TYPE_CHECKING:
    from imgshare_cli.sandbox.http_messages import Request

_PATCH_TYPES = ("application/openstack-images-v2.0-json-patch", "application/openstack-images-v2.1-json-patch")
_REPLACEABLE = ("name", "visibility", "os_hidden")
_MAX_INTEGER = 2**63


def reject_body(request: Request) -> None:
    """Reject a request that has a body."""
    if request.body:
        raise ApiError(400, "A body is not expected with this request.")


def read_json(request: Request) -> dict[str, Any] | list[Any]:
    """Read a JSON object or array."""
    if not request.body and "transfer-encoding" not in request.headers:
        raise ApiError(400, "Body expected in request.")
    try:
        body = json.loads(request.body.decode())
    except ValueError:
        raise ApiError(400, "Malformed JSON in request body.") from None
    except RecursionError:
        raise ServerError from None
    if not isinstance(body, dict | list):
        raise ApiError(400, "Unexpected body type. Expected list/dict.")
    return body


def read_member_status(request: Request) -> object:
    """Read the status to set for a member. It may be of any type."""
    body = read_json(request)
    if not isinstance(body, dict):
        raise ApiError(400, 'Expected a status in the form: {"status": "status"}')
    if "status" not in body:
        raise ApiError(400, "Status not specified")
    return body["status"]


def read_member_id(request: Request) -> object:
    """Read the ID of the project to share with. It may be of any type."""
    body = read_json(request)
    if not isinstance(body, dict):
        raise ApiError(400, 'Expected a member in the form: {"member": "image_id"}')
    if "member" not in body:
        raise ApiError(400, "Member to be added not specified")
    if not body["member"]:
        raise ApiError(400, "Member can't be empty")
    return body["member"]


def convert_member_id(member_id: object) -> str:
    """Convert a member ID to what the database stores: a number becomes text, other types fail in the server."""
    match member_id:
        case bool():
            return str(int(member_id))
        case int() if abs(member_id) >= _MAX_INTEGER:
            raise ServerError
        case int() | float():
            return str(member_id)
        case str() if not re.search("[\ud800-\udfff]", member_id):
            return member_id
    raise ServerError


def read_patch(request: Request) -> dict[str, str | bool | None]:
    """Read the fields that a patch replaces. Glance can do more; the sandbox says so instead of guessing."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if content_type not in _PATCH_TYPES:
        raise _build_media_type_error(content_type)
    body = read_json(request)
    if not isinstance(body, list):
        raise ApiError(400, "Request body must be a JSON array of operation objects.")
    return dict(_parse_operation(operation) for operation in body)


def _build_media_type_error(content_type: str) -> ApiError:
    supported = ", ".join(_PATCH_TYPES)
    return ApiError(
        415,
        f"The request media type {content_type} is not supported by this server.",
        tail=f"\n<br /><br />\nImage PATCH expects Content-Type one of: {supported}",
        headers=(("Accept-Patch", supported),),
    )


def _parse_operation(operation: object) -> tuple[str, str | bool | None]:
    if not isinstance(operation, dict):
        raise ApiError(400, "Operations must be JSON objects.")
    field = str(operation.get("path")).removeprefix("/")
    if operation.get("op") != "replace" or field not in _REPLACEABLE or "value" not in operation:
        raise ApiError(400, "The sandbox can replace /name, /visibility and /os_hidden, and nothing else.")
    image_schema.validate_field(field, operation["value"])
    return field, operation["value"]
