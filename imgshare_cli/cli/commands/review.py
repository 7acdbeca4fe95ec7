"""`review`: decide about the pending images one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.cli.filter_options import (
    NameOption,
    NewerThanOption,
    OlderThanOption,
    OwnerOption,
    build_share_filter,
)
from imgshare_cli.cli.options import build_common_options, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.errors import PartialError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imgshare_cli.api.images import Share
    from imgshare_cli.api.models import Member, Status
    from imgshare_cli.shares.review import Review

_MAX_LISTED = 20


@with_session(build_common_options(with_json=False))
def review(
    session: Session,
    owner: OwnerOption = None,
    name: NameOption = None,
    older_than: OlderThanOption = None,
    newer_than: NewerThanOption = None,
) -> None:
    """Go through the pending images one by one.

    Shows the details of each image and waits for a key: a accepts it, r rejects it, s skips it, A and R also decide
    about all later ones from the same owner, u undoes the last step, q quits, ? shows help. Needs a terminal.
    """
    from imgshare_cli.cli.id_prefixes import get_last_list
    from imgshare_cli.shares.review import Review

    typed = TypedCommand(session.context)
    if not session.is_attended:
        raise UsageError(
            f"a review is interactive, and {session.no_input} forbids questions"
            if session.is_at_terminal
            else "a review is interactive: it needs a terminal",
            hint=f"{typed.build_other('list')} shows what is pending, "
            f"{typed.build_other('accept', 'IMAGE')} accepts one",
        )
    share_filter = build_share_filter(session, owner=owner, name=name, older_than=older_than, newer_than=newer_than)
    is_whole = not share_filter.is_narrowed
    found = session.inbox.read_shares(share_filter)
    shares = list(get_last_list(session).remember_images(found, is_whole=is_whole, is_shown=False))
    if not shares:
        session.output.print_note(f"No {'' if is_whole else 'matching '}images are pending.")
        return
    _run_review(session, Review(session.client, shares, _build_decide(session, shares)))


def _build_decide(session: Session, shares: Sequence[Share]) -> Callable[[str, str, Status], Member]:
    """Build what decides, and records it with what was shown of the image."""
    from imgshare_cli.cli.decision_records import record_decision
    from imgshare_cli.cli.vault_choices import build_decide

    decide, images = build_decide(session), {share.image.id: share.image for share in shares}
    statuses = {share.image.id: share.status for share in shares}

    def decide_and_record(image_id: str, member_id: str, status: Status) -> Member:
        member = decide(image_id, member_id, status)
        record_decision(session, member, image=images[image_id], old_status=statuses[image_id])
        statuses[image_id] = member.status
        return member

    return decide_and_record


def _run_review(session: Session, review: Review) -> None:
    """Review with the user, then print what was done and what failed."""
    from imgshare_cli.cli.owner_names import get_owner_names
    from imgshare_cli.shares.known_owners import remember_owners
    from imgshare_cli.terminal.review_prompt import run_review
    from imgshare_cli.truncation import truncate_lines

    try:
        run_review(session.output, review, get_owner_names(session))
    except BaseException:
        for line in truncate_lines(list(review.complaints.values()), _MAX_LISTED):
            session.output.print_note(line)
        raise
    finally:
        remember_owners(review.accepted_owners, session.environ)
        session.output.print_note(_describe_progress(review))
        if review.pending_count:
            again, rest = TypedCommand(session.context).build({}), "it" if review.pending_count == 1 else "them"
            session.output.print_note(f"{again} continues with {rest}")
    if complaints := list(review.complaints.values()):
        raise PartialError(
            f"{len(complaints)} of {len(review.shares)} failed", details=truncate_lines(complaints, _MAX_LISTED)
        )


def _describe_progress(review: Review) -> str:
    """Describe what was done and how many shares are still pending."""
    done = ", ".join(f"{word} {count}" for word, count in review.counts.items() if count) or "nothing was decided"
    pending = review.pending_count
    return f"{done}; {pending} {'is' if pending == 1 else 'are'} still pending" if pending else done
