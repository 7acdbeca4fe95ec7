"""Finds out what was meant by an IMAGE or a MEMBER that the service does not know; suggests, and never acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.cli.mistake_finder import MistakeFinder
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.errors import ForbiddenError, ImgshareError, NotFoundError, Reason, UsageError

if TYPE_CHECKING:
    from imgshare_cli.cli.session import Session

_REASONS = {None, Reason.NOT_FOUND, Reason.WRONG_MEMBER, Reason.NOT_A_MEMBER}


def add_suggestion(error: ImgshareError, session: Session) -> ImgshareError:
    """Return the error with a hint about the mistake in IMAGE or MEMBER, or as it is where none is seen."""
    typed = TypedCommand(session.context)
    image, member = typed.arguments.get("image"), _read_member(typed)
    if not isinstance(image, str) or not _may_be_a_mistake(error, image, member):
        return error
    hint = _find_spaces(typed, image, member)
    if hint is None and not isinstance(error, UsageError):
        hint = MistakeFinder(session, typed, image, member).find_hint(error)
    return error.replace(hint=hint) if hint else error


def _read_member(typed: TypedCommand) -> str | None:
    """Return MEMBER, where there is exactly one."""
    members = typed.arguments.get("members", ())
    member = members[0] if len(members) == 1 else typed.arguments.get("member")
    return member if isinstance(member, str) else None


def _may_be_a_mistake(error: ImgshareError, image: str, member: str | None) -> bool:
    if isinstance(error, UsageError):
        return any(text is not None and repr(text[:80]) in error.failure for text in (image, member))
    return isinstance(error, NotFoundError | ForbiddenError) and error.reason in _REASONS and not error.details


def _find_spaces(typed: TypedCommand, image: str, member: str | None) -> str | None:
    changes = {"image": image.strip()}
    if member is not None:
        changes["members" if "members" in typed.arguments else "member"] = member.strip()
    if not all(changes.values()) or (changes["image"] == image and (member is None or member == member.strip())):
        return None
    return f"did you mean {typed.build(changes)}, without the spaces?"
