"""The question before an image is accepted that its name or its owner makes doubtful."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.models import Status
from imgshare_cli.cli.confirmation import ask_or_end
from imgshare_cli.cli.first_owner import ask_owner_name, is_new_owner
from imgshare_cli.cli.owner_names import get_owner_names
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.errors import AuthError, ServiceError, UsageError
from imgshare_cli.shares.image_checks import find_same_name_images
from imgshare_cli.terminal.owners import name_owner_with_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.api.images import Image
    from imgshare_cli.cli.session import Session
    from imgshare_cli.cli.target import ShareTarget


def confirm_accept(session: Session, target: ShareTarget, image: Image) -> str | None:
    """Ask before an image joins others of its name in the project's image list, or is the first one of its owner.

    Only a name makes the owner doubtful: whoever types an ID knows which image is meant.

    Args:
        session: the run.
        target: IMAGE as it was given.
        image: the image.

    Returns:
        The name that the owner is to have, empty for none; None where nothing was asked about the owner.

    Raises:
        UsageError: nobody may be asked.
        InterruptedByUserError: the person says no.
    """
    others = _find_others(session, image)
    is_first = session.is_attended and target.is_given_by_name and _is_first_of_owner(session, target, image)
    if not (others or is_first):
        return None
    owners = get_owner_names(session)
    owner = name_owner_with_id(image.owner, owners)
    session.output.stop_progress()
    if others:
        named = hints.quote_text(image.name or "")
        session.output.print_note(f"an image named {named} is already in the project's image list:")
    for other in others:
        session.output.print_note(f"  {other.id}  owner {name_owner_with_id(other.owner, owners)}")
    if session.no_input:
        raise _create_unconfirmed_error(session, image.id)
    if is_first:
        session.output.print_note(f"no image from project {owner} was accepted here before")
    ask_or_end(session, f"Accept {image.id} from project {owner}{' as well' if others else ''}?")
    return ask_owner_name(session, image.owner or "") if is_first else None


def _find_others(session: Session, image: Image) -> Sequence[Image]:
    try:
        return find_same_name_images(session.client, image)
    except (AuthError, ServiceError):
        return []  # a token may be allowed to decide and nothing else, and the decision says what is wrong


def _is_first_of_owner(session: Session, target: ShareTarget, image: Image) -> bool:
    """Whether its owner is new, and the image not accepted already."""
    if not is_new_owner(session, image):
        return False
    share = target.find_share(image.id)
    return share is None or share.status is not Status.ACCEPTED


def _create_unconfirmed_error(session: Session, image_id: str) -> UsageError:
    accept_it = TypedCommand(session.context).build({"image": image_id}, {"--no-input": None, "--yes": True})
    return UsageError(
        f"accepting {image_id} needs a confirmation, and {session.no_input} forbids asking for it",
        hint=f"{accept_it} accepts it as well",
    )
