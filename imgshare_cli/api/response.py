"""What the service meant: error bodies of every shape read into one sentence, answers checked for being the API's."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from imgshare_cli.errors import ImgshareError, UnavailableError

MAX_ERROR = 64 << 10  # bytes that are read of an explanation
MAX_ONE = 1 << 20  # of one member, image or token
MAX_MANY = 32 << 20  # of a list or a catalog: a thousand images, with all their properties
# What JSON may become when it is parsed, estimated before: a value takes up to 350 bytes, and two or three signs are
# counted for it; a character takes up to four.
_MAX_MEMORY = 72 << 20
_BYTES_A_SIGN = 150
_MAX_VALUES = 1_000_000
_MAX_REASON = 300
_MAX_READ = 4096
# Python 3.13 renamed these; what we print must not depend on the Python.
_PHRASES = {
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    416: "Requested Range Not Satisfiable",
    422: "Unprocessable Entity",
}


@dataclass(frozen=True)
class Response:
    """What came back over the wire, in bounded size."""

    status: int
    body: bytes | bytearray
    content_type: str = ""
    request_id: str | None = None
    location: str | None = None
    retry_after: str | None = None
    subject_token: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def status_line(self) -> str:
        """The status with its usual words."""
        try:
            return f"{self.status} {_PHRASES.get(self.status) or HTTPStatus(self.status).phrase}"
        except ValueError:
            return str(self.status)


def parse_object(response: Response, api: str = "image") -> dict[str, Any]:
    """The JSON object that a successful answer holds.

    Args:
        response: what came back.
        api: whose answer it should be: `image` or `identity`.

    Raises:
        UnavailableError: it holds something else; the message names what.
    """

    def finite(text: str) -> float:
        # NaN, Infinity and 1e999 could not be printed as JSON again.
        if not math.isfinite(number := float(text)):
            raise ValueError(text)
        return number

    check_size(response, api)
    try:
        body = json.loads(response.body.decode(), parse_constant=finite, parse_float=finite)
    except (ValueError, RecursionError):
        kind = response.content_type.partition(";")[0].strip() or "nameless content"
        what = f"{kind}, {len(response.body)} bytes" if response.body else "nothing"
        raise create_mismatch_error(response, f"not JSON but {what}", api) from None
    if not isinstance(body, dict):
        raise create_mismatch_error(response, f"a JSON {_name_json_type(body)} instead of an object", api)
    return body


def check_size(response: Response, api: str) -> None:
    """See that JSON stays of a bearable size when it is parsed, estimated before that.

    Signs within texts are counted as well: no honest answer comes near.

    Raises:
        UnavailableError: it would not.
    """
    body = response.body
    signs = sum(map(body.count, (b",", b":", b"[", b"{")))
    if signs > _MAX_VALUES or signs * _BYTES_A_SIGN + len(body) * _estimate_memory(body) > _MAX_MEMORY:
        raise create_mismatch_error(response, "JSON that takes too much memory", api)


def _estimate_memory(body: bytes | bytearray) -> int:
    # One character beyond the basic plane makes Python keep a whole text with four bytes for each.
    if re.search(rb"[\xf0-\xff]|\\u[dD][89abAB]", body):
        return 4
    return 1 if body.isascii() and b"\\u" not in body else 2


def create_mismatch_error(response: Response, came: str, api: str = "image") -> UnavailableError:
    """An error that says what came instead of the answer of the image or identity API."""
    return UnavailableError(
        f"the answer is not the {api} API's: {came}",
        hint=_check_the_endpoint() if api == "image" else "check auth_url",
        http_status=response.status,
        request_id=response.request_id,
    )


def create_not_image_service_error(cause: ImgshareError, lacking: str = "member schema") -> UnavailableError:
    """An error that says that the address is not that of an image service at all."""
    return UnavailableError(
        f"what answers is not an image service: it has no {lacking}",
        hint=_check_the_endpoint(),
        http_status=cause.http_status,
        request_id=cause.request_id,
    )


def _check_the_endpoint() -> str:
    from imgshare_cli import hints

    return f"check the endpoint: {hints.build_command('status')} shows it"


def _name_json_type(value: object) -> str:
    if value is None:
        return "null"
    return {list: "array", str: "string", bool: "boolean", int: "number", float: "number"}[type(value)]


def read_explanation(response: Response) -> str:
    """The service's own words about a failure, without markup, or nothing.

    The shapes: Glance's JSON, HTML and text (webob); Keystone's and IMS's nested JSON; the API gateway's
    flat one; the HTML page of a proxy.
    """
    text = response.body.decode(errors="replace").strip()
    try:
        words = _find_explanation(json.loads(text))
    except (ValueError, RecursionError):
        words = text
    words = words[:_MAX_READ]  # the patterns below take their time with what is made to be long
    if re.search(r"<(html|head|body|title|h1)\b", words, re.IGNORECASE):
        words = re.sub(r"<(head|script|style)\b.*?</\1\s*>", " ", words, flags=re.IGNORECASE | re.DOTALL)
        words = _unescape_html(re.sub(r"<[^>]*>", " ", words))
    words = re.sub(r"(<br\s*/?>|\s)+", " ", words).strip()
    # webob and proxies begin with the status itself, which we say anyway.
    words = re.sub(rf"^{response.status}( {re.escape(response.status_line[4:])})?[:.]?\s*", "", words).strip()
    return words if len(words) <= _MAX_REASON else f"{words[:_MAX_REASON]}…"


def _unescape_html(text: str) -> str:
    import html  # its table of entities is large, and most runs meet none

    return html.unescape(text)


def _find_explanation(body: object) -> str:
    if isinstance(body, str):
        return body
    if not isinstance(body, dict):
        return ""
    if isinstance(body.get("error"), dict | str):
        return _find_explanation(body["error"])
    words = next((body[key] for key in ("message", "error_msg", "error_message") if isinstance(body.get(key), str)), "")
    code = next((body[key] for key in ("error_code", "code") if isinstance(body.get(key), str)), "")
    # `IMG.0024` and `APIGW.0301` are worth looking up; webob's "403 Forbidden" is not.
    return f"{words} ({code})" if re.fullmatch(r"\w+\.\d+", code) else words
