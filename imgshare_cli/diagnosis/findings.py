"""The reasons for a refusal: each as a sentence with a hint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli import hints
from imgshare_cli.api.ims_meanings import PERMISSION_HINT
from imgshare_cli.api.models import is_project_id
from imgshare_cli.errors import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imgshare_cli.diagnosis.attempt import Attempt

_NO_DECISION_HINTS = {
    "public": "no decision is needed: every project can see a public image",
    "community": "no decision is needed: every project can use a community image by its ID",
}


class Finding(NamedTuple):
    """Why the service refused.

    Attributes:
        reason: the reason as a word for programs.
        explanation: the reason in words.
        hint: what the user can do.
    """

    reason: Reason
    explanation: str
    hint: str


def explain_not_found(attempt: Attempt) -> Finding:
    """Explain that the image does not exist or is not shared with the project: the service does not say which."""
    own = attempt.project_id
    project_phrase = (
        "your project" if own is None else "that project" if own == attempt.member else f"your project {own}"
    )
    project = own or attempt.member_id
    member_note = "" if project else ", where MEMBER is your project ID"
    return Finding(
        Reason.NOT_FOUND,
        f"the image does not exist, or it is not (or no longer) shared with {project_phrase}; "
        "the service does not say which",
        f"check the ID: {hints.build_command('list', '--status', 'all', '--long')} shows what is shared with you; "
        f"or ask its owner to run {attempt.build_share_command(project)}{member_note}",
    )


def explain_image_spelling(attempt: Attempt, image_id: str) -> Finding:
    """Explain that the image ID was given in upper case, and an image has it in lower case."""
    return Finding(
        Reason.NOT_FOUND,
        "no image has this ID in upper case, but one has it in lower case",
        f"run {attempt.build_retry_command(image_id, attempt.member)}",
    )


def explain_member_spelling(attempt: Attempt, member_id: str) -> Finding:
    """Explain that MEMBER differs from a member's ID only in case or dashes."""
    return Finding(
        Reason.WRONG_MEMBER,
        f"it is shared with {member_id}: case and dashes must match exactly",
        f"run {attempt.build_retry_command(attempt.image_id, member_id)}",
    )


def explain_wrong_member(attempt: Attempt, own: str, own_name: str | None) -> Finding:
    """Explain that MEMBER is not the project of the token."""
    member = attempt.member or ""
    if is_project_id(member):
        what = f", and the token can only {'see' if attempt.command == 'show' else 'decide for'} that one"
    elif digits := _count_digits(member):
        what = f": {member} is not a project ID ({digits} of 32 characters)"
    else:
        what = f": {member} is {'its' if member == own_name else 'a'} name, but MEMBER must be an ID"
    return Finding(
        Reason.WRONG_MEMBER,
        f"it is shared with your project {own}{what}",
        f"run {attempt.build_retry_command(attempt.image_id, own)}",
    )


def _count_digits(member: str) -> int:
    """Count the digits of what is a part of an ID; 0 where it looks like a name."""
    return len(member.replace("-", "")) if re.fullmatch(r"(?=.*[0-9])[0-9a-f-]{6,40}", member) else 0


def explain_owner(attempt: Attempt, member: str, *, is_own: bool) -> Finding:
    """Explain that the project of the token owns the image, so it cannot decide."""
    if is_own:
        return Finding(
            Reason.OWNER,
            "that project owns the image, and an owner cannot decide, not even for itself",
            f"{attempt.build_list_members_command()} shows the projects it is shared with",
        )
    return Finding(
        Reason.OWNER,
        f"your project owns the image, and only project {member} can decide",
        f"someone in project {member} can run {attempt.build_member_command()}",
    )


def explain_own_image(attempt: Attempt, *, is_shared: bool) -> Finding:
    """Explain that MEMBER is the owner of the image."""
    if not is_shared:
        return Finding(
            Reason.NOT_A_MEMBER,
            "that project owns the image, which is not shared with any project",
            f"{attempt.build_share_command(None)} shares it",
        )
    return Finding(
        Reason.NOT_A_MEMBER,
        "that project owns the image, and only the projects it is shared with "
        + ("have a share to show" if attempt.command == "show" else "can decide"),
        f"{attempt.build_list_members_command()} shows them and what they decided",
    )


def explain_not_a_member(attempt: Attempt, *, is_ours: bool) -> Finding:
    """Explain that the image is not shared with MEMBER, as the members list shows."""
    whose = "your project owns the image, but it is " if is_ours else "the image is "
    if not is_project_id(attempt.member or ""):
        return Finding(
            Reason.NOT_A_MEMBER,
            f"{whose}not shared with {attempt.member}, which is a name, not a project ID",
            f"{attempt.build_list_members_command()} shows the IDs of the projects it is shared with",
        )
    return Finding(
        Reason.NOT_A_MEMBER,
        f"{whose}not shared with that project",
        f"{attempt.build_share_command(attempt.member)} shares it",
    )


def explain_role(project: str | None, roles: Iterable[str]) -> Finding:
    """Explain that the token's roles allow reading but not deciding."""
    role_names = ", ".join(map(hints.quote_text, roles)) or "'reader'"
    return Finding(
        Reason.ROLE,
        f"the token only has the role {role_names}, which can read but not decide",
        _build_role_hint(project),
    )


def explain_no_role(project: str | None) -> Finding:
    """Explain that the token's roles do not allow reading images."""
    return Finding(Reason.ROLE, "the token has no role that can read images", _build_role_hint(project))


def explain_missing_permission() -> Finding:
    """Explain that the user may not do this on IMS, where policies decide."""
    return Finding(Reason.ROLE, "the user lacks a permission", PERMISSION_HINT)


def _build_role_hint(project: str | None) -> str:
    return f"ask for the role 'member' in {f'project {project}' if project else 'the project'}"


def explain_visibility(attempt: Attempt, value: str) -> Finding:
    """Explain that the visibility of the image is not `shared`."""
    share = attempt.build_share_command(attempt.member_id)
    hint = _NO_DECISION_HINTS.get(value) or f"set its visibility with 'openstack image set --shared', then run {share}"
    return Finding(
        Reason.VISIBILITY, f"the image is {hints.quote_text(value)}, but only 'shared' images have members", hint
    )


def explain_deactivated(explanation: str) -> Finding:
    """Explain that the image is deactivated, with the explanation of the service."""
    return Finding(
        Reason.DEACTIVATED,
        f"the image is deactivated ({explanation})",
        "ask its owner or the cloud's operators to reactivate it, and run the same command again",
    )
