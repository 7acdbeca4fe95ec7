"""`members`: the projects that an image is shared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.models import is_image_id
from imgshare_cli.cli.filter_options import StatusChoice, StatusOption
from imgshare_cli.cli.options import ImageArgument, common_options, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.cli.target import ShareTarget

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imgshare_cli.api import models


@with_session(common_options)
def members(
    session: Session,
    image: ImageArgument,
    status: StatusOption = StatusChoice.ALL,
) -> None:
    """List the projects that an image is shared with.

    Shows what each of them decided. The owner of the image sees all of them, a member only itself. SINCE is when the
    status last changed. Where IMS shares with accounts or organizations as well, TYPE says what each member is.
    """
    shares = session.client.list_members(ShareTarget(session, image, command="members").resolve_image_id(own=True))
    rows = [member for member in shares if member.status in status.statuses]
    if session.output.as_json:
        session.output.print_array(member.raw for member in rows)
        return
    print_members(session, rows, with_kind=any(member.kind != "project" for member in rows))
    if not rows and session.output.is_at_terminal():
        session.output.print_note(
            f"image {image if is_image_id(image) else hints.quote_text(image)} is not shared with any project"
            + ("" if status is StatusChoice.ALL else f" whose status is {status.value}")
        )


def print_members(session: Session, rows: Iterable[models.Member], *, with_kind: bool = False) -> None:
    """Print the shares of an image as a table."""
    from imgshare_cli.cli.owner_names import get_owner_names
    from imgshare_cli.terminal.columns import build_member_columns

    session.output.print_table(build_member_columns(get_owner_names(session), with_kind=with_kind), rows)
