"""What --from makes of a text, as short rows."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from imgshare_cli.batch.input_buffer import InputBuffer
from imgshare_cli.batch.item_reader import read_items

if TYPE_CHECKING:
    from imgshare_cli.batch.items import Item

A, B, C = (f"{digit * 8}-1bc3-4c3f-893e-3e471fd16e64" for digit in "abc")
MEMBER = "edc89b490d7d4392898e19b2deb34797"
OTHER = "e0b86acbe8a04ad7a6d1a6d6b1c0c58b"

Row = tuple[Any, ...]


def read_rows(text: str | bytes, wanted: str | None = "accepted") -> list[Row]:
    """Read a text; return number and image, or message, of each item, and what else is not as usual."""
    stream = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    return [shorten_item(item) for item in read_items(InputBuffer(stream), lambda status: status == wanted)]


def shorten_item(item: Item) -> Row:
    """Return number and image, or message, of an item, and what else is not as usual."""
    if item.error:
        assert (item.image, item.member_id, item.is_name, item.is_done) == (None, None, False, False)
        return item.number, item.error.message
    flags = [flag for flag in ("is_name", "is_done") if getattr(item, flag)]
    return (item.number, item.image, *([item.member_id] if item.member_id else []), *flags)
