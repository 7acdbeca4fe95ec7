"""One item of a batch: an image, and perhaps the project that decides about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imgshare_cli.api.images import Image
    from imgshare_cli.errors import ImgshareError


@dataclass(frozen=True, slots=True)
class Item:
    """One line of --from, or one share of --all.

    Attributes:
        number: the number of the line, or of the element of an array, from 1.
        image: the image's ID, or its name; None where the line is malformed.
        member_id: the project that it is shared with; None is the project of the run.
        is_name: whether `image` is a name, which must be looked up.
        is_done: whether an earlier outcome says that it is done already.
        error: why the line is malformed.
        known_image: the image, where a list showed it.
    """

    number: int
    image: str | None
    member_id: str | None = None
    is_name: bool = False
    is_done: bool = False
    error: ImgshareError | None = None
    known_image: Image | None = None
