"""The bodies of error responses, whatever wrote them: the service's words without markup, its error code, its ID."""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.api.response import Response

_MAX_EXPLANATION = 300
_MAX_READ = 4096
_MAX_OBJECTS = 100  # of a body that is nothing but nested objects
_MAX_DEPTH = 4
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,39}\.[0-9]{1,10}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
# In the order in which they are read: gateways, IAM, older IAM, and all others.
_CODE_KEYS = ("error_code", "errorCode", "code")
_WORD_KEYS = ("message", "error_msg", "errorMsg", "error_message")
_REQUEST_ID_KEYS = ("request_id", "requestId")
# IAM 5 encrypts its reasons, for those who may decode them; nobody can read it.
_ENCODED = re.compile(r"[\s,;(]*encoded_authorization_message\W{0,4}[^\s,;)]*\)?", re.IGNORECASE)


def read_error_code(response: Response) -> str | None:
    """Read the code of an error of a Huawei-style cloud, such as `IMG.0024` or `APIGW.0301`; None without one."""
    return next(filter(None, map(_get_code, _list_objects(_parse_body(response)))), None)


def read_request_id(response: Response) -> str | None:
    """Read the ID of the request, which a gateway writes into the body of an error; None without one."""
    for body in _list_objects(_parse_body(response)):
        if (text := _get_text(body, _REQUEST_ID_KEYS)) and _REQUEST_ID.fullmatch(text):
            return text
    return None


def read_explanation(response: Response) -> str:
    """Read the service's error message without markup, or an empty string.

    It understands Glance's JSON, HTML and text (webob), Keystone's and IMS's nested JSON, the flat JSON of IAM and of
    the API gateway, and the HTML page of a proxy.
    """
    from imgshare_cli.truncation import truncate_text

    words = _find_words(response)[:_MAX_READ]  # the patterns below are slow on long text that is made to slow them down
    if re.search(r"<(html|head|body|title|h1)\b", words, re.IGNORECASE):
        words = re.sub(r"<(head|script|style)\b.*?</\1\s*>", " ", words, flags=re.IGNORECASE | re.DOTALL)
        import html  # lazily: its table of entities is large, and most runs do not need it

        words = html.unescape(re.sub(r"<[^>]*>", " ", words))
    words = re.sub(r"(<br\s*/?>|\s)+", " ", _ENCODED.sub("", words)).strip()
    # webob and proxies begin with the status, which the error names anyway.
    words = re.sub(rf"^{response.status}( {re.escape(response.status_line[4:])})?[:.]?\s*", "", words).strip()
    words = truncate_text(words, _MAX_EXPLANATION)
    code = read_error_code(response)
    return f"{words} ({code})" if words and code else words or code or ""


def _find_words(response: Response) -> str:
    body = _parse_body(response)
    if isinstance(body, dict) and isinstance(body.get("error"), str):
        return str(body["error"])
    if isinstance(body, str):
        return body
    return next(filter(None, (_get_text(part, _WORD_KEYS) for part in _list_objects(body))), "")


def _parse_body(response: Response) -> Any:
    """Parse the JSON of a body, or return its text where it is none."""
    text = response.body.decode(errors="replace").strip()
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _list_objects(body: object) -> Iterator[dict[str, Any]]:
    """Yield an object and those inside it, the outer ones first."""
    return islice(_walk_objects(body), _MAX_OBJECTS)


def _walk_objects(body: object) -> Iterator[dict[str, Any]]:
    level = [body] if isinstance(body, dict) else []
    for _ in range(_MAX_DEPTH):
        yield from level
        level = [value for part in level for value in islice(part.values(), _MAX_OBJECTS) if isinstance(value, dict)]
        level = level[:_MAX_OBJECTS]


def _get_code(body: dict[str, Any]) -> str | None:
    # `IMG.0024` and `APIGW.0301` are worth looking up; webob's "403 Forbidden" is not.
    texts = (body.get(key) for key in _CODE_KEYS)
    return next((text for text in texts if isinstance(text, str) and _CODE.fullmatch(text)), None)


def _get_text(body: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((body[key] for key in keys if isinstance(body.get(key), str) and body[key].strip()), "")
