"""The images that were listed last, kept for completion: their IDs and names, never a secret."""

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
_MAX_IMAGES = 2000  # more would slow every TAB, and nobody looks through them


def remember_images(shares: Iterable[Share], environ: Mapping[str, str], *, all_of_them: bool) -> Iterator[Share]:
    """Pass the shares on, and keep the first of them when they end.

    Args:
        shares: the shares to pass on.
        environ: the environment, which tells where files go.
        all_of_them: whether these replace what was listed before, or are added to it.
    """
    images: dict[str, str] = {}
    is_complete = False
    try:
        for share in shares:
            if len(images) < _MAX_IMAGES:
                images[share.image.id] = share.image.name or ""
            yield share
        is_complete = all_of_them
    finally:
        if is_complete:
            write_state(_FILE, _serialize_images(images), environ)
        elif images:
            # A list that ended early, by an error or because its reader had enough, replaces nothing.
            update_state(_FILE, lambda before: _serialize_images({**images, **_parse_images(before)}), environ)


def list_completions(incomplete: str, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """List what a half-typed IMAGE may become, with a description.

    An image whose name no other image has is offered by its name, the others by their IDs; an ID that was begun is
    offered in any case.
    """
    images = read_listed_images(environ)
    name_counts = Counter(images.values())
    offers = []
    for image_id, name in images.items():
        by_name = name_counts[name] == 1 and is_plain(name)
        if by_name and name.startswith(incomplete):
            offers.append((name, image_id))
        elif image_id.startswith(incomplete):
            # Some shells interpret more of a description than one would expect.
            offers.append((image_id, "".join(c if c.isalnum() or c in " ._-" else "?" for c in name)))
    return offers


def read_listed_images(environ: Mapping[str, str]) -> dict[str, str]:
    """Read the names of the images that were listed last, by their IDs."""
    return _parse_images(read_state(_FILE, environ))


def _serialize_images(images: Mapping[str, str]) -> str:
    # A text that is not an ID is never offered, and a name longer than an image can have only takes space.
    ids = islice(filter(is_image_id, images), _MAX_IMAGES)
    return json.dumps({image_id: images[image_id] if len(images[image_id]) <= MAX_NAME else "" for image_id in ids})


def _parse_images(text: str | None) -> dict[str, str]:
    try:
        images = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(images, dict):
        return {}
    # Whatever is in the file, only an image ID is offered as one.
    return {image_id: name for image_id, name in images.items() if is_image_id(image_id) and isinstance(name, str)}
