"""`accept`, `reject` and `reset`: decide about a share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli.api.models import Status
from imgshare_cli.cli.options import ImageArgument, MemberArgument, VaultOption, common_options, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.cli.target import ShareTarget
from imgshare_cli.errors import (
    AuthError,
    ForbiddenError,
    InterruptedByUserError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from imgshare_cli.shares.decisions import decide_share

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api import models
    from imgshare_cli.api.images import Image

ExpectedOwnerOption = Annotated[
    str | None,
    typer.Option("--owner", metavar="PROJECT", help="Require this owner (project ID).", show_default=False),
]
HashOption = Annotated[
    str | None,
    typer.Option("--hash", metavar="ALGO:HEX", help="Require this checksum, such as sha512:…", show_default=False),
]
WaitOption = Annotated[
    str | None,
    typer.Option(
        "--wait", metavar="DURATION", help="Wait for the image to be shared, such as 30s or 5m.", show_default=False
    ),
]


@with_session(common_options)
def accept(  # noqa: PLR0913, PLR0917
    session: Session,
    image: ImageArgument,
    member: MemberArgument = None,
    owner: ExpectedOwnerOption = None,
    hash_: HashOption = None,
    wait: WaitOption = None,
    vault_id: VaultOption = None,
) -> None:
    """Accept an image that is shared with you.

    It then appears in your project's image list. Running it again has no effect. A name proves nothing about an image:
    --owner and --hash check the image first, and change nothing if it does not match.
    """
    image_check = None
    if owner is not None or hash_ is not None:
        from imgshare_cli.shares.image_checks import parse_image_check

        image_check = parse_image_check(owner, hash_)

    target = ShareTarget(session, image, member)
    confirmed: set[str] = set()

    def attempt() -> models.Member:
        image_id = target.resolve_image_id(owner=owner)
        if image_check:
            image_check.check(target.get_image(image_id))
        elif session.is_attended and image_id not in confirmed:
            if image := target.find_image(image_id):
                _confirm_same_name(session, image)
            confirmed.add(image_id)
        else:
            _find_image_for_people(target, image_id)
        vault = vault_id or session.settings.vault_id
        return decide_share(session.client, image_id, target.member_id, Status.ACCEPTED, vault)

    _run_and_print(
        session, target, Status.ACCEPTED, attempt if wait is None else _add_wait(session, attempt, image, wait)
    )


@with_session(common_options)
def reject(session: Session, image: ImageArgument, member: MemberArgument = None) -> None:
    """Reject an image that is shared with you.

    This hides the image from your project's image list. It is not a security control: anyone in the project who knows
    the ID can still use the image until its owner unshares it.
    """
    _decide(session, image, member, Status.REJECTED)


@with_session(common_options)
def reset(session: Session, image: ImageArgument, member: MemberArgument = None) -> None:
    """Make a share pending again, as if nothing had been decided."""
    _decide(session, image, member, Status.PENDING)


def _decide(session: Session, image: str, member: str | None, status: Status) -> None:
    target = ShareTarget(session, image, member)

    def attempt() -> models.Member:
        image_id = target.resolve_image_id()
        _find_image_for_people(target, image_id)
        return decide_share(session.client, image_id, target.member_id, status)

    _run_and_print(session, target, status, attempt)


def _run_and_print(session: Session, target: ShareTarget, status: Status, attempt: Callable[[], models.Member]) -> None:
    """Decide, explain a refusal, and print the share, or for people a line about it."""
    with target.explain_refusal(status.verb):
        share = attempt()
    if not target.answers_people:
        session.output.print_member(share)
        return
    from imgshare_cli.shares.decisions import was_decided_before
    from imgshare_cli.terminal.outcome import describe_decision

    session.output.print_success(
        describe_decision(
            share,
            target.known_image,
            session.file.owners,
            is_own=target.is_own_member,
            was_decided_before=was_decided_before(share),
        )
    )


def _find_image_for_people(target: ShareTarget, image_id: str) -> None:
    """Look at the image before a decision, where a line will name it; elsewhere a decision is one request."""
    if target.answers_people:
        target.find_image(image_id)


def _add_wait(
    session: Session, attempt: Callable[[], models.Member], image: str, span: str
) -> Callable[[], models.Member]:
    """Turn an attempt into one that is repeated until the share is there or the time is up."""
    from imgshare_cli.cli import durations
    from imgshare_cli.shares.wait import wait_for_share

    duration = durations.parse_duration(span, "--wait")

    def attempt_until_shared() -> models.Member:
        with session.output.show_progress(f"waiting for image {image} to be shared"):
            return wait_for_share(attempt, duration)

    return attempt_until_shared


def _confirm_same_name(session: Session, image: Image) -> None:
    """Ask before an image joins others of its name in the project's image list.

    Raises:
        InterruptedByUserError: the person says no.
    """
    from imgshare_cli.shares.image_checks import find_same_name_images
    from imgshare_cli.terminal import prompt
    from imgshare_cli.terminal.owners import name_owner_with_id

    try:
        others = find_same_name_images(session.client, image)
    except (AuthError, ForbiddenError, NotFoundError, RefusedError, UnavailableError):
        return  # a token may be allowed to decide and nothing else, and the decision says what is wrong
    if others:
        owners = session.file.owners
        session.output.stop_progress()
        session.output.print_note(f"an image named {image.name!r} is already in the project's image list:")
        for other in others:
            session.output.print_note(f"  {other.id}  owner {name_owner_with_id(other.owner, owners)}")
        owner = name_owner_with_id(image.owner, owners)
        session.output.ask(f"Accept {image.id} from project {owner} as well? [y/N] ")
        if not prompt.read_confirmation():
            raise InterruptedByUserError("nothing was changed")
