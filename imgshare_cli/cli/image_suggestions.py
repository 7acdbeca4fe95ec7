"""Whose the image is that a hint suggests: anyone may choose a name or an ID that looks like another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.terminal.owners import name_owner
from imgshare_cli.truncation import truncate_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.cli.last_list import ListedImage
    from imgshare_cli.config.owners import OwnerNames

_MAX_OWNERS = 3


def describe_suggestion(image: str, images: Mapping[str, ListedImage], owners: OwnerNames, *, as_ascii: bool) -> str:
    """Return what follows a command about another image than the one that was typed: its name and its owner.

    Args:
        image: the ID or the name that the command has.
        images: the known images, by their IDs.
        owners: the names of owners.
        as_ascii: whether a name is written in ASCII, as what was typed is: a letter of another alphabet may look the
            same.
    """
    meant = [images[image]] if image in images else [listed for listed in images.values() if listed.name == image]
    if not meant:
        return ""
    name = meant[0].name
    parts = [hints.quote_text(name, as_ascii=as_ascii)] if name and name != image else []
    shown = list(dict.fromkeys(name_owner(listed.owner, owners) for listed in meant))
    parts.append(f"owner{'s' if len(shown) > 1 else ''} {', '.join(truncate_lines(shown, _MAX_OWNERS))}")
    return f" ({', '.join(parts)})"
