"""Request bodies: what each call expects in one, and what it says about anything else."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from imgshare_cli.sandbox import image_schema
from imgshare_cli.sandbox.errors import RefusalError

if TYPE_CHECKING:
    from imgshare_cli.sandbox.http_connection import Request

_PATCHES = ("application/openstack-images-v2.0-json-patch", "application/openstack-images-v2.1-json-patch")
_REPLACEABLE = ("name", "visibility", "os_hidden")
_BIGGEST = 2**63


def refuse(request: Request) -> None:
    """Insist that there is no body."""
    if request.body:
        raise RefusalError(400, "A body is not expected with this request.")


def parsed(request: Request) -> dict[str, Any] | list[Any]:
    """The JSON of a body."""
    if not request.body and "transfer-encoding" not in request.headers:
        raise RefusalError(400, "Body expected in request.")
    try:
        body = json.loads(request.body.decode())
    except ValueError:
        raise RefusalError(400, "Malformed JSON in request body.") from None
    except RecursionError:
        raise _broken() from None
    if not isinstance(body, dict | list):
        raise RefusalError(400, "Unexpected body type. Expected list/dict.")
    return body


def status(request: Request) -> object:
    """The status that a member is set to, whatever it is."""
    body = parsed(request)
    if not isinstance(body, dict):
        raise RefusalError(400, 'Expected a status in the form: {"status": "status"}')
    if "status" not in body:
        raise RefusalError(400, "Status not specified")
    return body["status"]


def new_member(request: Request) -> object:
    """Whom to share with, whatever it is."""
    body = parsed(request)
    if not isinstance(body, dict):
        raise RefusalError(400, 'Expected a member in the form: {"member": "image_id"}')
    if "member" not in body:
        raise RefusalError(400, "Member to be added not specified")
    if not body["member"]:
        raise RefusalError(400, "Member can't be empty")
    return body["member"]


def stored(member: object) -> str:
    """A member as the database keeps it: numbers become text, and what does not fit breaks the server."""
    match member:
        case bool():
            return str(int(member))
        case int() if abs(member) >= _BIGGEST:
            raise _broken()
        case int() | float():
            return str(member)
        case str() if not re.search("[\ud800-\udfff]", member):
            return member
    raise _broken()


def changes(request: Request) -> dict[str, str | bool | None]:
    """The fields that a patch replaces. Glance can do more; the sandbox says so instead of guessing."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if content_type not in _PATCHES:
        raise _unsupported(content_type)
    body = parsed(request)
    if not isinstance(body, list):
        raise RefusalError(400, "Request body must be a JSON array of operation objects.")
    return dict(_change(operation) for operation in body)


def undecodable() -> RefusalError:
    """The refusal of bytes that are no text."""
    return RefusalError(
        400,
        "Error decoding your request. Either the URL or the request body contained characters that could not be"
        " decoded by Glance",
    )


def _change(operation: object) -> tuple[str, str | bool | None]:
    if not isinstance(operation, dict):
        raise RefusalError(400, "Operations must be JSON objects.")
    field = str(operation.get("path")).removeprefix("/")
    if operation.get("op") != "replace" or field not in _REPLACEABLE or "value" not in operation:
        raise RefusalError(400, "The sandbox can replace /name, /visibility and /os_hidden, and nothing else.")
    return field, image_schema.checked(field, operation["value"])


def _unsupported(content_type: str) -> RefusalError:
    known = ", ".join(_PATCHES)
    return RefusalError(
        415,
        f"The request media type {content_type} is not supported by this server.",
        tail=f"\n<br /><br />\nImage PATCH expects Content-Type one of: {known}",
        headers=(("Accept-Patch", known),),
    )


def _broken() -> RefusalError:
    return RefusalError(500, "The server has either erred or is incapable of performing the requested operation.")
