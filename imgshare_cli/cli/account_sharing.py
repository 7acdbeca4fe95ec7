"""`share --account` and `--organization`: shares an image with each of them, and shows the shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.cli.id_prefixes import shorten_known_id
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.shares.account_sharing import Receiver, share_with_receiver
from imgshare_cli.shares.each_member import run_for_each_member
from imgshare_cli.shares.jobs.poll import JobPoll, get_patience
from imgshare_cli.terminal.owners import name_image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.cli.session import Session
    from imgshare_cli.cli.target import ShareTarget


def share_with_accounts(
    session: Session, target: ShareTarget, image_id: str, accounts: Sequence[str], organizations: Sequence[str]
) -> None:
    """Share an image with accounts and organizations.

    Args:
        session: the run.
        target: the image as it was given.
        image_id: its ID.
        accounts: the IDs of the accounts.
        organizations: the IDs of the organizations.

    Raises:
        ImgshareError: what `run_for_each_member` raises.
    """
    receivers = {id_: Receiver("account", id_) for id_ in accounts}
    receivers |= {id_: Receiver("organization", id_) for id_ in organizations}
    look = TypedCommand(session.context).build_other("members", hints.quote_word(image_id, "IMAGE"))
    poll = JobPoll(get_patience(session.settings.timeout), describe_again=lambda: look)

    def share_with(id_: str) -> None:
        with session.output.show_progress(f"waiting for the job to share image {image_id}"):
            share = share_with_receiver(session.client, poll, image_id, receivers[id_], session.member_id)
        if target.answers_people:
            name = name_image(target.known_image, image_id, shorten_known_id(session, image_id))
            done = f"Shared {name} with" if share.is_new else f"{name} was already shared with"
            session.output.print_success(f"{done} {receivers[id_]}")
        elif share.member:
            session.output.print_member(share.member)
        elif session.output.as_json:
            session.output.print_json({"image_id": image_id, "member_id": id_})
        else:
            session.output.print_note(f"image {image_id} is shared with {receivers[id_]}")
        if not (share.is_new or target.answers_people):
            session.output.print_note(f"image {image_id} was already shared with {receivers[id_]}")

    for _ in run_for_each_member(list(receivers), share_with, session.output.print_error):
        pass  # each share is printed by itself
