"""The images that an IMAGE may mean, as an error lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api.images import Image
from imgshare_cli.errors import ForbiddenError, NotFoundError
from imgshare_cli.shares.image_lookup import Candidate, find_share_status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imgshare_cli.cli.last_list import ListedImage
    from imgshare_cli.cli.session import Session


def describe_images(session: Session, candidates: Sequence[Candidate], *, with_names: bool = False) -> list[str]:
    """Describe the images: in lines for people and scripts, or as the items of a sentence in JSON."""
    from imgshare_cli.cli.owner_names import get_owner_names
    from imgshare_cli.terminal import candidates as lines

    owners, output = get_owner_names(session), session.output
    if output.as_json:
        return lines.list_candidates(candidates, owners, with_names=with_names)
    return lines.describe_candidates(candidates, owners, for_people=output.is_at_terminal(), with_names=with_names)


def read_candidates(session: Session, listed: Mapping[str, ListedImage]) -> list[Candidate]:
    """Ask the service for the images that will be described; what it does not show is known from the list alone."""
    from imgshare_cli.terminal.candidates import MAX_LISTED

    return [
        _read_candidate(session, image_id, image) if number < MAX_LISTED else _create_candidate(image_id, image)
        for number, (image_id, image) in enumerate(listed.items())
    ]


def _read_candidate(session: Session, image_id: str, listed: ListedImage) -> Candidate:
    try:
        image = session.client.get_image(image_id)
        return Candidate(image, find_share_status(session.client, image, session.member_id))
    except (ForbiddenError, NotFoundError):
        return _create_candidate(image_id, listed)


def _create_candidate(image_id: str, listed: ListedImage) -> Candidate:
    # It has what a list keeps, and nothing else.
    unknown = Image.from_json({"id": image_id, "name": listed.name or None, "owner": listed.owner or None})
    return Candidate(unknown, None)
