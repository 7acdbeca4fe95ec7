"""The images that were listed last, for completion: their IDs and names, never a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from imgshare_cli import state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from imgshare_cli.models import Share

_FILE = "images.json"
_MOST = 2000  # more would slow every TAB, and nobody looks through them


def remembered(shares: Iterable[Share], environ: Mapping[str, str]) -> Iterator[Share]:
    """Let the shares pass, and keep the first of them when no more are wanted."""
    found: dict[str, str] = {}
    try:
        for share in shares:
            if len(found) < _MOST:
                found[share.image.id] = share.image.name or ""
            yield share
    finally:
        state.remember(_FILE, json.dumps(found), environ)


def images(environ: Mapping[str, str]) -> dict[str, str]:
    """The names of the images that were listed last, by their IDs."""
    try:
        found = json.loads(state.recall(_FILE, environ) or "{}")
    except ValueError:
        return {}
    known = found if isinstance(found, dict) else {}
    return {image_id: name for image_id, name in known.items() if isinstance(name, str)}
