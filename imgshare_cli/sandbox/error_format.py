"""Error pages in the three formats that Glance's web framework, WebOb, picks by Accept."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imgshare_cli.sandbox.errors import RefusalError

_WORD = r"[!#$%&'*+.^_`|~\w-]+"
_RANGE = re.compile(rf"({_WORD})/({_WORD})((?:\s*;\s*{_WORD}=(?:{_WORD}|\"[^\"]*\"))*)", re.ASCII)
_WEIGHT = re.compile(r"(?:\s*;\s*q=([01](?:\.\d{0,3})?))?", re.ASCII | re.IGNORECASE)
_OFFERS = ("text/html", "application/json")
# Python's own phrase for it changed in 3.13.
_TITLES = {413: "Request Entity Too Large"}


def error_page(refusal: RefusalError, accept: str) -> tuple[str, bytes]:
    """The content type and the body of a refusal, for a client that accepts this."""
    title = _TITLES.get(refusal.status) or HTTPStatus(refusal.status).phrase
    status = f"{refusal.status} {title}"
    match chosen(accept):
        case "text/html":
            sentence = escape(refusal.sentence).encode("ascii", "xmlcharrefreplace").decode()
            page = (
                f"<html>\n <head>\n  <title>{status}</title>\n </head>\n <body>\n  <h1>{status}</h1>\n"
                f"  {sentence}{refusal.tail}\n </body>\n</html>"
            )
            return "text/html; charset=UTF-8", page.encode()
        case "application/json":
            document = {"message": refusal.sentence + refusal.tail, "code": status, "title": title}
            return "application/json", json.dumps(document).encode()
        case _:
            text = f"{status}\n\n{_without_tags(refusal.sentence + refusal.tail)}"
            return "text/plain; charset=UTF-8", text.encode(errors="replace")


@lru_cache(maxsize=64)
def chosen(accept: str) -> str:
    """The format for this Accept: HTML wherever it may be, plain text where nothing else may."""
    ranges = [_RANGE.fullmatch(part.strip()) for part in accept.split(",") if part.strip()]
    if None in ranges:
        # A header that cannot be read accepts everything.
        return _OFFERS[0]
    wishes = {offer: _quality(offer, [found.groups() for found in ranges if found]) for offer in _OFFERS}
    best = max(_OFFERS, key=lambda offer: wishes[offer])
    return best if wishes[best] else "text/plain"


def _quality(offer: str, ranges: list[tuple[str, ...]]) -> float:
    kind = offer.partition("/")[0]
    # The most specific range decides.
    for wanted in (offer, f"{kind}/*", "*/*"):
        for main, sub, parameters in ranges:
            weight = _WEIGHT.fullmatch(parameters)
            if weight and f"{main}/{sub}".lower() == wanted:
                return float(weight[1] or 1)
    return 0.0


def _without_tags(page: str) -> str:
    page = re.sub(r"<br.*?>", "\n", page.replace("\n", " ").replace("\r", ""), flags=re.IGNORECASE)
    return re.sub(r"<.*?>", "", re.sub(r"<!--|-->", "", page))
