"""The images that a hint suggests, and whose they are: anyone may choose a name or an ID that looks like another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.terminal.owners import name_owner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.cli.last_list import ListedImage
    from imgshare_cli.config.owners import OwnerNames


def list_image_words(name: str, images: Mapping[str, ListedImage]) -> list[str]:
    """List what a command can call the images of a name: the name, or IDs where several have it or no shell takes it.

    Args:
        name: the name.
        images: the known images, by their IDs.
    """
    ids = [image_id for image_id, image in images.items() if image.name == name]
    return [name] if len(ids) == 1 and hints.is_plain(name) else ids


def describe_suggestion(image: str, images: Mapping[str, ListedImage], owners: OwnerNames, *, as_ascii: bool) -> str:
    """Return what follows a command about another image than the one that was typed: its name and its owner.

    Args:
        image: the ID or the name that the command has.
        images: the known images, by their IDs.
        owners: the names of owners.
        as_ascii: whether the name is written in ASCII, where an ASCII name was typed: a letter of another alphabet may
            look the same. An ID has no such letters.
    """
    meant = images.get(image) or next((listed for listed in images.values() if listed.name == image), None)
    if meant is None:
        return ""
    name = f"{hints.quote_text(meant.name, as_ascii=as_ascii)}, " if meant.name and meant.name != image else ""
    return f" ({name}owner {name_owner(meant.owner, owners)})"
