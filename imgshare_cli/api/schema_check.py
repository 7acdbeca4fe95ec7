"""Whether a service is an image service that takes the credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api.response import create_mismatch_error, create_not_image_service_error, parse_object
from imgshare_cli.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.response import Response


def check_member_schema(call: Callable[..., Response], kind: str) -> None:
    """Check that a service has the schema of members.

    Args:
        call: sends a request to it.
        kind: the kind of the credential, for errors.

    Raises:
        UnavailableError: it has none, or something else.
    """
    try:
        response = call("GET", "/v2/schemas/member", f"check the {kind}", hints_of="list")
    except NotFoundError as exc:
        raise create_not_image_service_error(exc) from exc
    if parse_object(response).get("name") != "member":
        raise create_mismatch_error(response, "an object that is not the member schema")
