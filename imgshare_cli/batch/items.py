"""What a batch is asked to do something with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imgshare_cli.errors import ImgshareError


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of --from, or one share of --all.

    Attributes:
        number: the number of its line, or of the element in its JSON array, from 1.
        image: the image's ID, or its name; None where the entry is malformed.
        member_id: the project; None is the project of the run.
        is_name: whether `image` is a name, which must be looked up.
        is_done: whether the entry is an earlier outcome that says it is done already.
        error: why the entry is malformed; the message begins with where it is.
    """

    number: int
    image: str | None
    member_id: str | None = None
    is_name: bool = False
    is_done: bool = False
    error: ImgshareError | None = None
