"""`--wait`: a decision that is tried until the image is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.cli.durations import parse_duration
from imgshare_cli.cli.id_prefixes import is_id_prefix
from imgshare_cli.shares.wait import wait_for_share

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.models import Member
    from imgshare_cli.cli.session import Session


def wait_until_shared(session: Session, attempt: Callable[[], Member], image: str, wait: str) -> Member:
    """Repeat an attempt until the image is shared or the time is up.

    Args:
        session: the run.
        attempt: decides about the share.
        image: IMAGE as it was given.
        wait: the value of --wait.

    Raises:
        UsageError: the value is not a duration.
        ImgshareError: the image is still not shared, or the attempt failed for another reason.
    """
    duration = parse_duration(wait, "--wait")
    if is_id_prefix(image) and not session.output.as_json:
        session.output.print_note(f"note: {image!r} is taken as a name, because an ID must be whole with --wait")
    with session.output.show_progress(f"waiting for image {image} to be shared"):
        return wait_for_share(attempt, duration)
