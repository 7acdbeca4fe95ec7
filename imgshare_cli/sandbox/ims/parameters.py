"""Query parameters and bodies of requests, checked as IMS and CBR check them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from imgshare_cli.sandbox import request_body
from imgshare_cli.sandbox.errors import ServerError
from imgshare_cli.sandbox.ims.errors import ImsError
from imgshare_cli.sandbox.query import parse_query_string

if TYPE_CHECKING:
    from imgshare_cli.sandbox.http_messages import Request

_MAX_DIGITS = 9
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MAX_BATCH = 1000


def read_parameters(request: Request) -> dict[str, str]:
    """Read the query parameters; of a repeated one the last counts."""
    return dict(parse_query_string(request.target))


def parse_number(parameters: dict[str, str], name: str, default: int) -> int:
    """Parse a parameter that is a whole number, not below 0."""
    text = parameters.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        raise ImsError("IMG.0001", f"The parameter {name} is invalid.")
    return int(text)


def read_object(request: Request) -> dict[str, Any]:
    """Read a body that is a JSON object."""
    if not request.body:
        raise ImsError("IMG.0007", "The request body is empty.")
    try:
        body = request_body.read_json(request)
    except ServerError:  # of a body that Glance fails on
        body = []
    if not isinstance(body, dict):
        raise ImsError("IMG.0001", "The message format is invalid.")
    return body


def read_ids(body: dict[str, Any], name: str) -> list[str]:
    """Read a list of IDs, which is empty where there is none."""
    ids = body.get(name)
    if ids is None:
        return []
    if not isinstance(ids, list) or len(ids) > _MAX_BATCH or not all(map(_is_id, ids)):
        raise ImsError("IMG.0001", f"The parameter {name} is invalid.")
    return ids


def read_status(body: dict[str, Any]) -> str:
    """Read the status to set, which can only be a decision."""
    status = body.get("status")
    if status not in ("accepted", "rejected"):
        raise ImsError("IMG.0001", "The parameter status is invalid: it must be accepted or rejected.")
    return str(status)


def check_member_id(member_id: object) -> str:
    """Check the ID of a project, an account or an organization to share with."""
    if not isinstance(member_id, str) or not _is_id(member_id):
        raise ImsError("IMG.0067", "The project ID is incorrect.")
    return member_id


def _is_id(item: object) -> bool:
    return isinstance(item, str) and _ID.fullmatch(item) is not None
