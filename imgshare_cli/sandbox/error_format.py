"""Format errors as HTML, JSON or text, as Glance's web framework WebOb does."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from imgshare_cli.sandbox.status_phrases import STATUS_PHRASES

if TYPE_CHECKING:
    from imgshare_cli.sandbox.errors import ApiError

_WORD = r"[!#$%&'*+.^_`|~\w-]+"
_MEDIA_RANGE = re.compile(rf"({_WORD})/({_WORD})((?:\s*;\s*{_WORD}=(?:{_WORD}|\"[^\"]*\"))*)", re.ASCII)
_QUALITY = re.compile(r"(?:\s*;\s*q=([01](?:\.\d{0,3})?))?", re.ASCII | re.IGNORECASE)
_OFFERED = ("text/html", "application/json")


def format_error(error: ApiError, accept: str) -> tuple[str, bytes]:
    """Return the content type and the body of an error response.

    Args:
        error: the error.
        accept: the request's Accept header.
    """
    title = STATUS_PHRASES[error.status]
    status = f"{error.status} {title}"
    match choose_content_type(accept):
        case "text/html":
            message = escape(error.message).encode("ascii", "xmlcharrefreplace").decode()
            page = (
                f"<html>\n <head>\n  <title>{status}</title>\n </head>\n <body>\n  <h1>{status}</h1>\n"
                f"  {message}{error.tail}\n </body>\n</html>"
            )
            return "text/html; charset=UTF-8", page.encode()
        case "application/json":
            body = {"message": error.message + error.tail, "code": status, "title": title}
            return "application/json", json.dumps(body).encode()
        case _:
            text = f"{status}\n\n{_strip_tags(error.message + error.tail)}"
            return "text/plain; charset=UTF-8", text.encode(errors="replace")


@lru_cache(maxsize=64)
def choose_content_type(accept: str) -> str:
    """Choose the format for an Accept header: HTML if it is allowed, plain text if nothing else is."""
    ranges = [_MEDIA_RANGE.fullmatch(part.strip()) for part in accept.split(",") if part.strip()]
    if None in ranges:
        # A header that cannot be parsed accepts everything.
        return _OFFERED[0]
    parsed_ranges = [media_range.groups() for media_range in ranges if media_range]
    qualities = {offered: _get_quality(offered, parsed_ranges) for offered in _OFFERED}
    best = max(_OFFERED, key=lambda offered: qualities[offered])
    return best if qualities[best] else "text/plain"


def _get_quality(content_type: str, ranges: list[tuple[str, ...]]) -> float:
    main_type = content_type.partition("/")[0]
    # The most specific range decides.
    for pattern in (content_type, f"{main_type}/*", "*/*"):
        for main, sub, parameters in ranges:
            quality = _QUALITY.fullmatch(parameters)
            if quality and f"{main}/{sub}".lower() == pattern:
                return float(quality[1] or 1)
    return 0.0


def _strip_tags(page: str) -> str:
    page = re.sub(r"<br.*?>", "\n", page.replace("\n", " ").replace("\r", ""), flags=re.IGNORECASE)
    return re.sub(r"<.*?>", "", re.sub(r"<!--|-->", "", page))
