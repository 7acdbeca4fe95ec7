"""Does what a plan says: each image must still be what was planned, and is looked at again once it is accepted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.models import Status
from imgshare_cli.api.service_kind import ServiceKind
from imgshare_cli.batch.outcome import Outcome, Result
from imgshare_cli.batch.plan_file import shorten_fact
from imgshare_cli.errors import ImgshareError, RefusedError
from imgshare_cli.shares.decisions import decide_share, get_share

if TYPE_CHECKING:
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member
    from imgshare_cli.batch.decide import DecisionTask
    from imgshare_cli.batch.items import Item
    from imgshare_cli.batch.name_cache import NameCache
    from imgshare_cli.batch.outcome import Later

_PLAN_AGAIN = "shows what the rules say now"


@dataclass(frozen=True)
class ApplyTask:
    """Does with each item what a plan says.

    Attributes:
        accepting: accepts.
        rejecting: rejects.
    """

    accepting: DecisionTask
    rejecting: DecisionTask

    def open_tool(self) -> ImageClient:
        """Open a connection to the image service."""
        return self.accepting.open_tool()

    def enter_project(self, member_id: str | None, names: NameCache) -> ApplyTask:
        """Return the task for a project of a fleet; see `DecisionTask`."""
        return ApplyTask(self.accepting.enter_project(member_id, names), self.rejecting.enter_project(member_id, names))

    def attempt(self, tool: ImageClient, item: Item) -> Outcome | Later | None:
        """Do an item, if its image and its share are what they were when it was planned."""
        if item.error:
            return self.leave_out(item)
        try:
            share, image = _read_planned(tool, item)
        except ImgshareError as exc:
            return Outcome(item, Result.FAILED, item.image_id, item.member_id, error=exc)
        current = replace(item, known_image=image, known_status=share.status)
        if share.status is item.new_status:
            return Outcome(current, Result.SKIPPED, image.id, share.member_id, status=share.status, image=image)
        return self._choose_task(item).attempt(tool, current)

    def leave_out(self, item: Item) -> Outcome:
        """Return the outcome of an item that is not tried."""
        return self._choose_task(item).leave_out(item)

    def _choose_task(self, item: Item) -> DecisionTask:
        return self.accepting if item.new_status is Status.ACCEPTED else self.rejecting


def _read_planned(client: ImageClient, item: Item) -> tuple[Member, Image]:
    """Read the share and the image of an item just before it is decided.

    Raises:
        RefusedError: they are not what was planned.
        ImgshareError: they cannot be read.
    """
    planned, image_id = item.known_image, item.image_id or ""
    if planned is None or item.new_status is None:
        raise RefusedError(f"there is no plan for image {image_id}")
    share = get_share(client, image_id, item.member_id)
    image = client.get_image(image_id)
    if changes := describe_changes(planned, image):
        is_done = f" and is {share.status.value} already" if share.status is item.new_status else ""
        raise _create_change_error(f"image {image_id} has changed since it was planned{is_done}: {changes}")
    if share.status not in {item.known_status, item.new_status}:
        old_status = item.known_status.value if item.known_status else "unknown"
        raise _create_change_error(
            f"the share of image {image_id} is {share.status.value}, and was {old_status} when it was planned"
        )
    return share, image


def _create_change_error(failure: str) -> RefusedError:
    return RefusedError(failure, hint=f"nothing was changed; {hints.build_command('plan')} {_PLAN_AGAIN}")


def describe_changes(before: Image, after: Image) -> str:
    """Describe in which facts an image is not what it was; empty where it is the same."""
    facts = [
        ("owner", before.owner, after.owner),
        ("name", before.name, after.name),
        ("hash", before.hash, after.hash),
        ("status", before.status, after.status),
    ]
    shown = [(name, shorten_fact(old), shorten_fact(new)) for name, old, new in facts]
    return ", ".join(
        f"its {name} was {_show_fact(old)} and is {_show_fact(new)}" for name, old, new in shown if old != new
    )


def _show_fact(fact: str | None) -> str:
    return hints.quote_text(fact) if fact is not None else "not known"


def confirm_unchanged(client: ImageClient, outcome: Outcome) -> Outcome:
    """Look at an image once more after it was accepted, and take that back where it is not what it was before.

    Args:
        client: the image service.
        outcome: the outcome of the decision, with the image as it was before.
    """
    if outcome.member is None or outcome.image is None or outcome.status is not Status.ACCEPTED:
        return outcome
    try:
        changes = describe_changes(outcome.image, client.get_image(outcome.member.image_id))
    except ImgshareError as exc:
        return _take_back(client, outcome, outcome.member, f"could not be read again ({exc.message})")
    if not changes:
        return outcome
    return _take_back(client, outcome, outcome.member, f"changed while it was accepted: {changes}")


def _take_back(client: ImageClient, outcome: Outcome, accepted: Member, problem: str) -> Outcome:
    image_id, member_id = accepted.image_id, accepted.member_id
    try:
        member = decide_share(client, image_id, member_id, Status.PENDING)
    except ImgshareError as exc:
        # IMS accepts and rejects, and nothing else.
        is_ims = client.service_kind is ServiceKind.IMS
        verb, effect = ("reject", "hides it") if is_ims else ("reset", "sets it pending again")
        undo = hints.build_command(verb, hints.quote_word(image_id, "IMAGE"), hints.quote_word(member_id, "MEMBER"))
        # What was sent without an answer may have been done.
        is_refused = exc.http_status is not None and exc.http_status < HTTPStatus.INTERNAL_SERVER_ERROR
        state, status = ("is still accepted", accepted.status) if is_refused else ("may still be accepted", None)
        error = RefusedError(f"image {image_id} {problem}; it {state}: {exc.message}", hint=f"{undo} {effect}")
        return replace(outcome, result=Result.FAILED, status=status, error=error)
    error = RefusedError(
        f"image {image_id} {problem}; it is pending again", hint=f"{hints.build_command('plan')} {_PLAN_AGAIN}"
    )
    return replace(
        outcome, result=Result.FAILED, status=Status.PENDING, member=member, taken_back=accepted, error=error
    )
