"""Projects and images in a few words, for people: names from the config, or the first digits of an ID."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.models import MAX_NAME
from imgshare_cli.terminal.format import format_size, shorten_id

if TYPE_CHECKING:
    from imgshare_cli.api.images import Image, Share
    from imgshare_cli.config.owners import OwnerNames


def name_owner(owner_id: str | None, owners: OwnerNames) -> str:
    """Return the name of an owner, or else its ID."""
    return owners.find_name(owner_id) or owner_id or "-"


def name_owner_briefly(owner_id: str | None, owners: OwnerNames) -> str:
    """Return the name of an owner, or else the first digits of its ID."""
    return owners.find_name(owner_id) or shorten_id(owner_id or "-")


def name_owner_with_id(owner_id: str | None, owners: OwnerNames) -> str:
    """Return the whole ID of an owner, after its name if it has one."""
    name = owners.find_name(owner_id)
    return f"{name} ({owner_id})" if name else owner_id or "-"


def name_image(image: Image | None, image_id: str, shown_id: str) -> str:
    """Return the name of an image with what is shown of its ID, or the whole ID where it has no name.

    A name with a space is quoted: its author may have made it look like the rest of a sentence.
    """
    if image is None or not image.name:
        return f"image {image_id}"
    has_space = any(char.isspace() for char in image.name)
    name = hints.quote_text(image.name) if has_space else image.name[:MAX_NAME]
    return f"{name} ({shown_id})"


def describe_share(share: Share, owners: OwnerNames) -> str:
    """Return a line about a share: the image's name and ID, its owner and its size."""
    image = share.image
    size = "" if image.size is None else f", {format_size(image.size)}"
    return f"{name_image(image, image.id, image.id)} from {name_owner_briefly(image.owner, owners)}{size}"
