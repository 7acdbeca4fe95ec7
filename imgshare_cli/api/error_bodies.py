"""The bodies of error responses, whatever wrote them: the service's words without markup, and its error code."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imgshare_cli.api.response import Response

_MAX_EXPLANATION = 300
_MAX_READ = 4096
_CODE = re.compile(r"[A-Za-z]{1,40}\.[0-9]{1,10}")


def read_error_code(response: Response) -> str | None:
    """Read the code of an error of a Huawei-style cloud, such as `IMG.0024` or `APIGW.0301`; None without one."""
    try:
        body = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return _find_code(body)


def read_explanation(response: Response) -> str:
    """Read the service's error message without markup, or an empty string.

    It understands Glance's JSON, HTML and text (webob), Keystone's and IMS's nested JSON, the API gateway's flat
    JSON, and the HTML page of a proxy.
    """
    from imgshare_cli.truncation import truncate_text

    text = response.body.decode(errors="replace").strip()
    try:
        words = _find_explanation(json.loads(text))
    except (ValueError, RecursionError):
        words = text
    words = words[:_MAX_READ]  # the patterns below are slow on long text that is made to slow them down
    if re.search(r"<(html|head|body|title|h1)\b", words, re.IGNORECASE):
        words = re.sub(r"<(head|script|style)\b.*?</\1\s*>", " ", words, flags=re.IGNORECASE | re.DOTALL)
        import html  # lazily: its table of entities is large, and most runs do not need it

        words = html.unescape(re.sub(r"<[^>]*>", " ", words))
    words = re.sub(r"(<br\s*/?>|\s)+", " ", words).strip()
    # webob and proxies begin with the status, which the error names anyway.
    words = re.sub(rf"^{response.status}( {re.escape(response.status_line[4:])})?[:.]?\s*", "", words).strip()
    return truncate_text(words, _MAX_EXPLANATION)


def _find_explanation(body: object) -> str:
    if isinstance(body, str):
        return body
    if not isinstance(body, dict):
        return ""
    if isinstance(body.get("error"), dict | str):
        return _find_explanation(body["error"])
    words = next((body[key] for key in ("message", "error_msg", "error_message") if isinstance(body.get(key), str)), "")
    code = _find_code(body)
    return f"{words} ({code})" if code else words


def _find_code(body: object) -> str | None:
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("error"), dict):
        return _find_code(body["error"])
    code = next((body[key] for key in ("error_code", "code") if isinstance(body.get(key), str)), "")
    # `IMG.0024` and `APIGW.0301` are worth looking up; webob's "403 Forbidden" is not.
    return code if _CODE.fullmatch(code) else None
