"""The images that were listed last, for completion: their IDs and names, never a secret."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from imgshare_cli.api.models import MAX_NAME, is_image_id
from imgshare_cli.config.state_dir import read_state, update_state, write_state
from imgshare_cli.hints import is_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from imgshare_cli.api.images import Share

_FILE = "images.json"
_MOST = 2000  # more would slow every TAB, and nobody looks through them


def remember_images(shares: Iterable[Share], environ: Mapping[str, str], *, all_of_them: bool) -> Iterator[Share]:
    """Let the shares pass, and keep the first of them when no more are wanted.

    Args:
        shares: on their way to whoever asked.
        environ: tells where files go.
        all_of_them: whether these take the place of what was listed before, or come to it.
    """
    found: dict[str, str] = {}
    whole = False
    try:
        for share in shares:
            if len(found) < _MOST:
                found[share.image.id] = share.image.name or ""
            yield share
        whole = all_of_them
    finally:
        if whole:
            write_state(_FILE, _written(found), environ)
        else:
            # What ended early, by an error or a reader that has enough, takes the place of nothing.
            update_state(_FILE, lambda before: _written({**found, **_images(before)}), environ)


def list_completions(incomplete: str, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a half-typed IMAGE may become, with what else is known of it.

    An image that shares its name with none is offered by it, the others by their IDs; IDs that have been begun
    with are offered in any case.
    """
    found = _images(read_state(_FILE, environ))
    times = Counter(found.values())
    offers = []
    for image_id, name in found.items():
        by_name = times[name] == 1 and is_plain(name)
        if by_name and name.startswith(incomplete):
            offers.append((name, image_id))
        elif image_id.startswith(incomplete):
            # Some shells give a meaning to more of a description than one would think.
            offers.append((image_id, "".join(c if c.isalnum() or c in " ._-" else "?" for c in name)))
    return offers


def _written(images: Mapping[str, str]) -> str:
    # What is no ID is never offered, and a name that is longer than an image's can be only costs room.
    ids = islice(filter(is_image_id, images), _MOST)
    return json.dumps({image_id: images[image_id] if len(images[image_id]) <= MAX_NAME else "" for image_id in ids})


def _images(text: str | None) -> dict[str, str]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    known = found if isinstance(found, dict) else {}
    # Whatever is in the file, nothing but the ID of an image is offered as one.
    return {image_id: name for image_id, name in known.items() if is_image_id(image_id) and isinstance(name, str)}
