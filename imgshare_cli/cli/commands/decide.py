"""`accept`, `reject` and `reset`: decide about a share."""

from __future__ import annotations

import functools
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from imgshare_cli.api.models import Status
from imgshare_cli.cli.batches.options import VaultOption, with_batch
from imgshare_cli.cli.filter_options import read_image_check
from imgshare_cli.cli.options import (
    ImageArgument,
    MemberArgument,
    YesOption,
    decision_options,
    member_options,
    text_option,
    with_session,
)
from imgshare_cli.cli.session import Session
from imgshare_cli.cli.target import ShareTarget
from imgshare_cli.errors import RefusedError, ServiceError
from imgshare_cli.shares.decisions import decide_share

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api import models
    from imgshare_cli.api.images import Image
    from imgshare_cli.shares.image_checks import ImageCheck
    from imgshare_cli.shares.vaults.decisions import VaultDecisions

ExpectedOwnerOption = Annotated[
    str | None,
    text_option("--owner", "PROJECT", "Require this owner: a project ID, or a name in [owners].", completes="owners"),
]
HashOption = Annotated[str | None, text_option("--hash", "ALGO:HEX", "Require this checksum, such as sha512:…")]
WaitOption = Annotated[
    str | None, text_option("--wait", "DURATION", "Wait for the image to be shared, such as 30s or 5m.")
]


@with_session(decision_options)
@with_batch(Status.ACCEPTED)
def accept(  # noqa: PLR0913, PLR0917
    session: Session,
    image: ImageArgument,
    member: MemberArgument = None,
    owner: ExpectedOwnerOption = None,
    hash_: HashOption = None,
    wait: WaitOption = None,
    vault: VaultOption = None,
    yes: YesOption = False,  # noqa: FBT002
) -> None:
    """Accept an image that is shared with you.

    It then appears in your project's image list. Running it again has no effect. A name proves nothing about an image:
    --owner and --hash check the image first, and change nothing if it does not match.
    """
    image_check = read_image_check(session, owner, hash_)
    # What is waited for has not been listed yet: no other image may stand in for it.
    target = ShareTarget(session, image, member, command="accept", is_listed=wait is None)
    vaults = _open_vaults(session, target, vault) if vault is not None else None
    confirmed: dict[str, str | None] = {}  # the name that the owner of an image is to have, where that was asked

    def attempt() -> models.Member:
        image_id = target.resolve_image_id(owner=image_check.owner if image_check else None)
        if image_check:
            _check_image(session, image_check, target.get_image(image_id))
        elif not yes and session.is_at_terminal and image_id not in confirmed:
            confirmed[image_id] = _confirm(session, target, image_id)
        else:
            _find_image_for_people(target, image_id)
        return _decide_share(session, target, image_id, Status.ACCEPTED, vaults)

    if wait is None:
        _run_and_print(session, target, Status.ACCEPTED, attempt)
    else:
        from imgshare_cli.cli.waiting import wait_until_shared

        _run_and_print(session, target, Status.ACCEPTED, lambda: wait_until_shared(session, attempt, image, wait))
    if known_image := target.known_image:
        from imgshare_cli.cli.first_owner import finish_accept

        finish_accept(session, target, known_image, confirmed.get(known_image.id), is_expected=owner is not None)


def _confirm(session: Session, target: ShareTarget, image_id: str) -> str | None:
    image = target.find_image(image_id)
    if image is None:
        return None
    from imgshare_cli.cli.accept_question import confirm_accept

    return confirm_accept(session, target, image)


def _open_vaults(session: Session, target: ShareTarget, vault: str) -> VaultDecisions[models.Member]:
    from imgshare_cli.cli.vault_choices import open_given_vault

    return open_given_vault(session, vault, target.member_id)


def _check_image(session: Session, image_check: ImageCheck, image: Image) -> None:
    from imgshare_cli.cli.owner_names import describe_owner

    image_check.check(image, functools.partial(describe_owner, session))


@with_session(decision_options)
@with_batch(Status.REJECTED)
def reject(session: Session, image: ImageArgument, member: MemberArgument = None) -> None:
    """Reject an image that is shared with you.

    This hides the image from your project's image list. It is not a security control: anyone in the project who knows
    the ID can still use the image until its owner unshares it.
    """
    _decide(session, image, member, Status.REJECTED)


@with_session(member_options)
@with_batch(Status.PENDING)
def reset(session: Session, image: ImageArgument, member: MemberArgument = None) -> None:
    """Make a share pending again, as if nothing had been decided."""
    _decide(session, image, member, Status.PENDING)


def _decide(session: Session, image: str, member: str | None, status: Status) -> None:
    target = ShareTarget(session, image, member, command=status.verb)

    def attempt() -> models.Member:
        image_id = target.resolve_image_id()
        _find_image_for_people(target, image_id)
        return _decide_share(session, target, image_id, status)

    _run_and_print(session, target, status, attempt)


def _run_and_print(session: Session, target: ShareTarget, status: Status, attempt: Callable[[], models.Member]) -> None:
    """Decide, explain a refusal, and print the share, or for people a line about it."""
    from imgshare_cli.cli.decision_records import record_decision

    with target.explain_refusal(status.verb):
        share = attempt()
    old_status = target.known_share.status if target.known_share else None
    record_decision(session, share, image=target.known_image, old_status=old_status)
    _print_decision(session, target, status, share)
    image = target.known_image
    if status is Status.ACCEPTED and image and image.key_id and not session.output.as_json:
        from imgshare_cli.terminal.encryption import describe_encryption

        session.output.print_note(describe_encryption(image.key_id))


def _print_decision(session: Session, target: ShareTarget, status: Status, share: models.Member) -> None:
    if not target.answers_people:
        session.output.print_member(share)
        return
    from imgshare_cli.cli.id_prefixes import shorten_known_id
    from imgshare_cli.cli.owner_names import get_owner_names
    from imgshare_cli.terminal.outcome import describe_decision

    session.output.print_success(
        describe_decision(
            share,
            target.known_image,
            shorten_known_id(session, share.image_id),
            get_owner_names(session),
            is_own=target.is_own_member,
            was_decided_before=target.known_share is not None and target.known_share.status is status,
        )
    )


def _find_image_for_people(target: ShareTarget, image_id: str) -> None:
    """Look at the image before a decision, where a line will name it; elsewhere a decision is one request."""
    if target.answers_people:
        target.find_image(image_id)


def _decide_share(
    session: Session,
    target: ShareTarget,
    image_id: str,
    status: Status,
    vaults: VaultDecisions[models.Member] | None = None,
) -> models.Member:
    """Decide, and look at the share before where a line will say whether that changed it."""
    share = target.find_share(image_id) if target.answers_people else None
    member_id = share.member_id if share else target.member_id
    if vaults:
        from imgshare_cli.cli.vault_choices import accept_with_vault

        return accept_with_vault(session, vaults, target, image_id, member_id)
    try:
        return decide_share(session.client, image_id, member_id, status, find_jobs=session.find_jobs)
    except ServiceError as exc:
        is_refusal = isinstance(exc, RefusedError) or exc.http_status == HTTPStatus.BAD_REQUEST
        if status is not Status.ACCEPTED or not is_refusal:
            raise
        from imgshare_cli.cli.vault_choices import accept_again

        return accept_again(session, image_id, member_id, exc)
