"""`accept`, `reject` and `reset`: decide about a share."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli.api.models import Status
from imgshare_cli.cli.options import (
    DEFAULT_MEMBER,
    ImageArgument,
    MemberArgument,
    VaultOption,
    YesOption,
    build_common_options,
    complete,
    member_options,
    with_session,
)
from imgshare_cli.cli.session import Session
from imgshare_cli.cli.target import ShareTarget
from imgshare_cli.errors import (
    AuthError,
    ForbiddenError,
    InterruptedByUserError,
    NotFoundError,
    RefusedError,
    UnavailableError,
    UsageError,
)
from imgshare_cli.shares.decisions import decide_share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.api import models

ExpectedOwnerOption = Annotated[
    str | None,
    typer.Option(
        "--owner",
        metavar="PROJECT",
        help="Require this owner: a project ID, or a name in [owners].",
        show_default=False,
        autocompletion=complete("owners"),
    ),
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


@with_session(build_common_options(project=DEFAULT_MEMBER, with_no_input=True))
def accept(  # noqa: PLR0913, PLR0917
    session: Session,
    image: ImageArgument,
    member: MemberArgument = None,
    owner: ExpectedOwnerOption = None,
    hash_: HashOption = None,
    wait: WaitOption = None,
    vault_id: VaultOption = None,
    yes: YesOption = False,  # noqa: FBT002
) -> None:
    """Accept an image that is shared with you.

    It then appears in your project's image list. Running it again has no effect. A name proves nothing about an image:
    --owner and --hash check the image first, and change nothing if it does not match.
    """
    image_check = None
    if owner is not None or hash_ is not None:
        from imgshare_cli.cli.owner_names import describe_owner, resolve_owner
        from imgshare_cli.shares.image_checks import parse_image_check

        owner = resolve_owner(session, owner)
        image_check = parse_image_check(owner, hash_)

    target = ShareTarget(session, image, member, command="accept")
    confirmed: set[str] = set()

    def attempt() -> models.Member:
        image_id = target.resolve_image_id(owner=owner)
        if image_check:
            image_check.check(session.client.get_image(image_id), functools.partial(describe_owner, session))
        elif not yes and session.is_at_terminal and image_id not in confirmed:
            _confirm_same_name(session, image_id, member, {"--vault": vault_id, "--wait": wait})
            confirmed.add(image_id)
        vault = vault_id or session.settings.vault_id
        return decide_share(session.client, image_id, target.member_id, Status.ACCEPTED, vault)

    _run_and_print(
        session, target, Status.ACCEPTED, attempt if wait is None else _add_wait(session, attempt, image, wait)
    )


@with_session(member_options)
def reject(session: Session, image: ImageArgument, member: MemberArgument = None) -> None:
    """Reject an image that is shared with you.

    This hides the image from your project's image list. It is not a security control: anyone in the project who knows
    the ID can still use the image until its owner unshares it.
    """
    _decide(session, image, member, Status.REJECTED)


@with_session(member_options)
def reset(session: Session, image: ImageArgument, member: MemberArgument = None) -> None:
    """Make a share pending again, as if nothing had been decided."""
    _decide(session, image, member, Status.PENDING)


def _decide(session: Session, image: str, member: str | None, status: Status) -> None:
    target = ShareTarget(session, image, member, command=status.verb)

    def attempt() -> models.Member:
        return decide_share(session.client, target.resolve_image_id(), target.member_id, status)

    _run_and_print(session, target, status, attempt)


def _run_and_print(session: Session, target: ShareTarget, status: Status, attempt: Callable[[], models.Member]) -> None:
    """Decide, explain a refusal, and print the share."""
    with target.explain_refusal(status.verb):
        share = attempt()
    session.output.print_member(share)


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


def _confirm_same_name(session: Session, image_id: str, member: str | None, options: Mapping[str, str | None]) -> None:
    """Ask before an image joins others of its name in the project's image list.

    Args:
        session: the run.
        image_id: the image.
        member: MEMBER as it was given.
        options: the options of the command, for its repetition.

    Raises:
        UsageError: nobody may be asked.
        InterruptedByUserError: the person says no.
    """
    from imgshare_cli.shares.image_checks import find_same_name_images
    from imgshare_cli.terminal import prompt

    try:
        image = session.client.get_image(image_id)
        others = find_same_name_images(session.client, image)
    except (AuthError, ForbiddenError, NotFoundError, RefusedError, UnavailableError):
        return  # a token may be allowed to decide and nothing else, and the decision says what is wrong
    if others:
        session.output.stop_progress()
        session.output.print_note(f"an image named {image.name!r} is already in the project's image list:")
        for other in others:
            session.output.print_note(f"  {other.id}  owner {other.owner}")
        if session.no_input:
            raise _create_unconfirmed_error(session, image_id, member, options)
        session.output.ask(f"Accept {image.id} from project {image.owner} as well? [y/N] ")
        if not prompt.read_confirmation():
            raise InterruptedByUserError("nothing was changed")


def _create_unconfirmed_error(
    session: Session, image_id: str, member: str | None, options: Mapping[str, str | None]
) -> UsageError:
    from imgshare_cli.cli.typed_command import TypedCommand
    from imgshare_cli.diagnosis.attempt import Attempt

    attempt = Attempt("accept", image_id, member, None, None, TypedCommand(session.context).options)
    accept_it = attempt.build_retry_command(image_id, member, {**options, "--no-input": None, "--yes": True})
    return UsageError(
        f"accepting {image_id} needs a confirmation, and {session.no_input} forbids asking for it",
        hint=f"{accept_it} accepts it as well",
    )
