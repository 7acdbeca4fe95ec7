"""The images that were listed last, kept for completion and for prefixes of IDs: no secret is among them.

Each image service and project has two files: what is known of its list, from which a TAB is answered, and what was
shown at a terminal last, of which a user may type the beginning of an ID.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.api.models import MAX_ID, MAX_NAME, is_image_id
from imgshare_cli.config.state_dir import limit_state_files, read_newest_state, read_state, update_state, write_state
from imgshare_cli.hints import is_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from imgshare_cli.api.images import Share

MAX_IMAGES = 2000  # more would slow every TAB, and nobody looks through them
_KNOWN, _SHOWN = "lists", "shown"
_MAX_FILES = 20  # of each kind: nobody works with more projects at a time
_MAX_TEXT = 3 << 20  # less than what is read again


class ListedImage(NamedTuple):
    """An image of a list: its name, and the ID of its owner."""

    name: str
    owner: str


@dataclass(frozen=True)
class LastList:
    """The last list of one project of one image service.

    Args:
        endpoint: the image service.
        identity: the project's ID or, where it is not known, the token, of which only a hash is kept.
        environ: the environment, which tells where files go.
    """

    endpoint: str
    identity: str
    environ: Mapping[str, str]

    def remember_images(self, shares: Iterable[Share], *, is_whole: bool, is_shown: bool) -> Iterator[Share]:
        """Pass the shares on, and keep the first of them when they end.

        Args:
            shares: the shares to pass on.
            is_whole: whether these replace what was known before, or are added to it.
            is_shown: whether a user sees them as a list.
        """
        images: dict[str, ListedImage] = {}
        is_complete = False
        try:
            for share in shares:
                if len(images) < MAX_IMAGES:
                    images[share.image.id] = ListedImage(share.image.name or "", share.image.owner or "")
                yield share
            is_complete = is_whole
        finally:
            self._keep_images(images, is_complete=is_complete, is_shown=is_shown)

    def find_shown_images(self, prefix: str) -> dict[str, ListedImage]:
        """Find the images whose IDs begin so in the list that was shown last."""
        return _find_images(read_state(self._get_file(_SHOWN), self.environ), prefix)

    def find_known_images(self, prefix: str) -> dict[str, ListedImage]:
        """Find the images whose IDs begin so among all that are known."""
        return _find_images(read_state(self._get_file(_KNOWN), self.environ), prefix)

    def is_cut(self) -> bool:
        """Whether the list that was shown last had more images than are kept."""
        return len(_parse_images(read_state(self._get_file(_SHOWN), self.environ))) >= MAX_IMAGES

    def _keep_images(self, images: Mapping[str, ListedImage], *, is_complete: bool, is_shown: bool) -> None:
        if is_complete:
            write_state(self._get_file(_KNOWN), _serialize_images(images), self.environ)
        elif images:
            # A list that ended early, by an error or because its reader had enough, replaces nothing.
            update_state(
                self._get_file(_KNOWN),
                lambda before: _serialize_images({**images, **_parse_images(before)}),
                self.environ,
            )
        if images and is_shown:
            write_state(self._get_file(_SHOWN), _serialize_images(images), self.environ)
        for folder in (_KNOWN, _SHOWN):
            limit_state_files(folder, _MAX_FILES, self.environ)

    def _get_file(self, folder: str) -> str:
        import hashlib  # not for a TAB

        key = hashlib.sha256(json.dumps([self.endpoint, self.identity]).encode()).hexdigest()
        return f"{folder}/{key[:32]}.json"


def list_completions(incomplete: str, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """List what a half-typed IMAGE may become, with a description; the list that was read last counts.

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
    return {image_id: image.name for image_id, image in _parse_images(read_newest_state(_KNOWN, environ)).items()}


def _find_images(text: str | None, prefix: str) -> dict[str, ListedImage]:
    start = prefix.lower()
    return {image_id: image for image_id, image in _parse_images(text).items() if image_id.lower().startswith(start)}


def _serialize_images(images: Mapping[str, ListedImage]) -> str:
    # A name or an owner that is longer than it can be only takes space.
    kept = {
        image_id: [image.name if len(image.name) <= MAX_NAME else "", image.owner if len(image.owner) <= MAX_ID else ""]
        for image_id, image in islice(images.items(), MAX_IMAGES)
    }
    text = json.dumps(kept)
    return text if len(text) <= _MAX_TEXT else json.dumps({image_id: ["", ""] for image_id in kept})


def _parse_images(text: str | None) -> dict[str, ListedImage]:
    try:
        images = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(images, dict):
        return {}
    # Whatever is in the file, only an image ID is offered as one.
    return {
        image_id: ListedImage(*image)
        for image_id, image in images.items()
        if is_image_id(image_id) and _is_listed_image(image)
    }


def _is_listed_image(value: object) -> bool:
    return isinstance(value, list) and [type(part) for part in value] == [str, str]
