"""A response, and how its JSON or its error body is read."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any

from imgshare_cli.errors import ImgshareError, UnavailableError

MAX_ERROR = 64 << 10  # bytes read of an error body
MAX_ONE = 1 << 20  # bytes of one member, image or token
MAX_MANY = 32 << 20  # bytes of a list or a catalog: a thousand images, with all their properties
# The memory that parsed JSON may take, estimated before parsing: a value takes up to 350 bytes, and two or three
# structural characters are counted for it; a character of a string takes up to four bytes.
_MAX_MEMORY = 72 << 20
_BYTES_PER_MARK = 150
_MAX_VALUES = 1_000_000
TRANSIENT_STATUSES = {429, 500, 502, 503, 504}  # the same request may succeed a moment later
AMBIGUOUS_STATUSES = {500, 502, 504}  # the request may have been carried out; with 429 and 503 it was not
# Huawei-style clouds say some of this with codes, whatever the status: of the flow control (of IMS, of its keys, of the
# gateway), and of a token that is not valid or no longer is.
_THROTTLED_CODES = {"IMG.0060", "IMG.0187", "APIGW.0308"}
REJECTED_TOKEN_CODES = {"IMG.0087", "APIGW.0301", "APIGW.0303", "APIGW.0305", "APIGW.0307", "APIGW.0311"}
_MAY_HAVE_CODE = re.compile(rb"[A-Za-z0-9]\.[0-9]{2}")  # quicker than parsing what has none, as Glance's errors
# Python 3.13 renamed the phrases of these; what we print does not depend on the Python.
_PHRASES = {
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    416: "Requested Range Not Satisfiable",
    422: "Unprocessable Entity",
}


@dataclass(frozen=True)
class Response:
    """An HTTP response; its body has a limited size.

    Attributes:
        may_have_arrived: whether it, or an earlier try of it, may have been carried out although no response said so.
    """

    status: int
    body: bytes | bytearray
    content_type: str = ""
    request_id: str | None = None
    location: str | None = None
    retry_after: str | None = None
    subject_token: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    may_have_arrived: bool = False

    @property
    def date(self) -> str | None:
        """When the service answered, by its own clock (RFC 9110, `Date`)."""
        return next((value for name, value in self.headers if name.lower() == "date"), None)

    @cached_property
    def service_code(self) -> str | None:
        """The service's own code for its error, such as `IMG.0184`; None where it is no error or has no code.

        Older gateways write `APIG.0301` for `APIGW.0301`.
        """
        if self.is_success or not _MAY_HAVE_CODE.search(self.body):
            return None
        from imgshare_cli.api.error_bodies import read_error_code

        code = read_error_code(self)
        return code.replace("APIG.", "APIGW.") if code else None

    @property
    def is_throttled(self) -> bool:
        """Whether the service refused the request because there are too many, and has not carried it out."""
        return self.status == HTTPStatus.TOO_MANY_REQUESTS or self.service_code in _THROTTLED_CODES

    @property
    def pace_status(self) -> int:
        """The status, or that of too many requests where only the code says so."""
        return HTTPStatus.TOO_MANY_REQUESTS.value if self.is_throttled else self.status

    @property
    def rejects_token(self) -> bool:
        """Whether the service refused the credential of the request."""
        return self.status == HTTPStatus.UNAUTHORIZED or self.service_code in REJECTED_TOKEN_CODES

    @property
    def is_success(self) -> bool:
        """Whether the status says that the request was carried out."""
        return self.status // 100 == 2  # noqa: PLR2004

    @property
    def status_line(self) -> str:
        """The status code and its standard phrase."""
        return format_status(self.status)


def format_status(status: int) -> str:
    """Return a status code and its standard phrase, if it has one."""
    try:
        return f"{status} {_PHRASES.get(status) or HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def parse_object(response: Response, api: str = "image") -> dict[str, Any]:
    """Parse the JSON object of a successful response.

    Args:
        response: the response.
        api: the API that should have sent it: `image` or `identity`.

    Raises:
        UnavailableError: it holds something else; the message says what.
    """
    check_size(response, api)
    try:
        body = _DECODER.decode(response.body.decode())
    except (ValueError, RecursionError):
        kind = response.content_type.partition(";")[0].strip() or "content of unknown type"
        what = f"{kind}, {len(response.body)} bytes" if response.body else "nothing"
        raise create_mismatch_error(response, f"not JSON but {what}", api) from None
    if not isinstance(body, dict):
        raise create_mismatch_error(response, f"a JSON {_name_json_type(body)} instead of an object", api)
    return body


def _parse_finite(text: str) -> float:
    # NaN, Infinity and 1e999 cannot be printed as JSON again.
    if not math.isfinite(number := float(text)):
        raise ValueError(text)
    return number


# Once: json.loads() with such arguments makes one for each call, which takes longer than decoding a member.
_DECODER = json.JSONDecoder(parse_constant=_parse_finite, parse_float=_parse_finite)


def check_size(response: Response, api: str) -> None:
    """Check, before parsing, that the JSON of a response takes a limited amount of memory.

    Marks inside strings are counted as well: no normal response comes near the limit.

    Raises:
        UnavailableError: it would take too much.
    """
    body = response.body
    marks = sum(map(body.count, (b",", b":", b"[", b"{")))
    if marks > _MAX_VALUES or marks * _BYTES_PER_MARK + len(body) * _estimate_character_size(body) > _MAX_MEMORY:
        raise create_mismatch_error(response, "JSON that needs too much memory", api)


def _estimate_character_size(body: bytes | bytearray) -> int:
    # One character outside the basic plane makes Python store a whole string with four bytes per character.
    if re.search(rb"[\xf0-\xff]|\\u[dD][89abAB]", body):
        return 4
    return 1 if body.isascii() and b"\\u" not in body else 2


def create_mismatch_error(response: Response, came: str, api: str = "image") -> UnavailableError:
    """Create the error for a response that is not from the image or identity API."""
    return UnavailableError(
        f"the response is not from the {api} API: {came}",
        hint=_build_endpoint_hint() if api == "image" else "check auth_url",
        http_status=response.status,
        request_id=response.request_id,
        may_have_arrived=response.may_have_arrived or response.is_success,
    )


def create_not_image_service_error(cause: ImgshareError, lacking: str = "member schema") -> UnavailableError:
    """Create the error for an address that is not an image service's."""
    return UnavailableError(
        f"the endpoint is not an image service: it has no {lacking}",
        hint=_build_endpoint_hint(),
        http_status=cause.http_status,
        request_id=cause.request_id,
    )


def _build_endpoint_hint() -> str:
    from imgshare_cli import hints

    return f"check the endpoint: {hints.build_command('status')} shows it"


def _name_json_type(value: object) -> str:
    if value is None:
        return "null"
    return {list: "array", str: "string", bool: "boolean", int: "number", float: "number"}[type(value)]
