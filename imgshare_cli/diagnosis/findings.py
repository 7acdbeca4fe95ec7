"""Every reason for a refusal as a sentence, and what to type next."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli import hints
from imgshare_cli.api.models import is_project_id
from imgshare_cli.errors import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from imgshare_cli.config.settings import Flags

_NEEDLESS = {
    "public": "there is nothing to decide: every project sees a public image",
    "community": "there is nothing to decide: every project can use a community image by its ID",
}


@dataclass(frozen=True)
class Attempt:
    """What was refused.

    Attributes:
        command: `accept`, `reject`, `reset` or `show`.
        image_id: the image; None where its name could not be looked up.
        member: the project to decide for, given or by default, if there was one.
        status: the status that the service answered with.
        project: the project that the token is for, if it is known.
        flags: what else was typed.
    """

    command: str
    image_id: str | None
    member: str | None
    status: int | None
    project: str | None
    flags: Flags

    def again(
        self,
        image_id: str | None,
        member: str | None,
        others: Mapping[str, str | None] = MappingProxyType({}),
        environ: Mapping[str, hints.Word] = MappingProxyType({}),
    ) -> str:
        """The same command with these arguments, to be typed here.

        Args:
            image_id: IMAGE.
            member: MEMBER, or None to leave it out.
            others: options instead of those that were typed.
            environ: variables to set for it.
        """
        typed = {f"--{name}": getattr(self.flags, name) for name in ("profile", "cloud", "endpoint", "cacert")}
        options = hints.build_options({**typed, **others, "--insecure-http": self.flags.insecure_http})
        whom = [hints.quote_word(member, "MEMBER")] if member else []
        return hints.build_command(self.command, hints.quote_word(image_id, "IMAGE"), *whom, *options, **environ)

    @property
    def there(self) -> str:
        """The same command, as the project that decides would type it."""
        return hints.build_command(self.command, self._image)

    @property
    def members(self) -> str:
        """The command that shows whom the image is shared with."""
        return hints.build_command("members", self._image)

    def share(self, member: str | None) -> str:
        """The command that shares the image."""
        return hints.build_command("share", self._image, hints.quote_word(member, "MEMBER"))

    @property
    def _image(self) -> hints.Word:
        return hints.quote_word(self.image_id, "IMAGE")


class Finding(NamedTuple):
    """Why something was refused."""

    reason: Reason
    sentence: str
    hint: str


def are_similar_ids(one: str, other: str) -> bool:
    """Whether two IDs differ at most in capitals and dashes."""
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    return text.replace("-", "").casefold()


def explain_not_found(attempt: Attempt) -> Finding:
    """There is no such image, or it is not shared with us: the service does not say which, and nor do we."""
    member = attempt.member if attempt.member and is_project_id(attempt.member) else None
    own = attempt.project
    whom = "your project" if own is None else "that project" if own == attempt.member else f"your project {own}"
    project = own or member
    who = "" if project else ", where MEMBER is your project's ID"
    return Finding(
        Reason.NOT_FOUND,
        f"there is no such image, or it is not shared with {whom} (any more); the service does not say which",
        f"ask its owner to type {attempt.share(project)}{who}; "
        f"{hints.build_command('list', '--status', 'all')} shows what is shared with you",
    )


def explain_image_spelling(attempt: Attempt, image_id: str) -> Finding:
    """The image's ID is in capitals."""
    return Finding(
        Reason.NOT_FOUND,
        "no image has this ID in capitals, but one has it in small letters",
        f"type {attempt.again(image_id, attempt.member)}",
    )


def explain_member_spelling(attempt: Attempt, member_id: str) -> Finding:
    """MEMBER has capitals or dashes that the ID has not."""
    return Finding(
        Reason.WRONG_MEMBER,
        f"it is shared with {member_id}, and capitals and dashes count",
        f"type {attempt.again(attempt.image_id, member_id)}",
    )


def explain_wrong_member(attempt: Attempt, own: str, own_name: str | None) -> Finding:
    """MEMBER is not our project."""
    member = attempt.member or ""
    if is_project_id(member):
        what = ", and the token decides for no other"
    else:
        what = f": {member} is {'its' if member == own_name else 'a'} name, and MEMBER is an ID"
    return Finding(
        Reason.WRONG_MEMBER,
        f"it is shared with your project {own}{what}",
        f"type {attempt.again(attempt.image_id, own)}",
    )


def explain_owner(attempt: Attempt, member: str, *, is_own: bool) -> Finding:
    """We own the image, and MEMBER, which may be our own project, decides."""
    if is_own:
        return Finding(
            Reason.OWNER,
            "the image is that project's own, and an owner decides nothing, not even for itself",
            f"{attempt.members} shows who else it is shared with",
        )
    return Finding(
        Reason.OWNER,
        f"the image is your own project's, and only project {member} decides",
        f"whoever works in project {member} types {attempt.there}",
    )


def explain_own_image(attempt: Attempt) -> Finding:
    """MEMBER owns the image."""
    return Finding(
        Reason.NOT_A_MEMBER,
        "the image is that project's own, and those whom it is shared with decide",
        f"{attempt.members} shows who they are and what they decided",
    )


def explain_not_a_member(attempt: Attempt, *, is_ours: bool) -> Finding:
    """The image is not shared with MEMBER, as its owner or an administrator sees."""
    whose = "the image is your own project's, and " if is_ours else "the image is "
    if not is_project_id(attempt.member or ""):
        return Finding(
            Reason.NOT_A_MEMBER,
            f"{whose}not shared with {attempt.member}, which is a name and no project's ID",
            f"{attempt.members} shows the IDs of those whom it is shared with",
        )
    return Finding(
        Reason.NOT_A_MEMBER,
        f"{whose}not shared with that project",
        f"{attempt.share(attempt.member)} shares it",
    )


def explain_role(project: str | None, roles: Iterable[str]) -> Finding:
    """We may look and not decide."""
    held = ", ".join(map(hints.quote_text, roles)) or "'reader'"
    return Finding(
        Reason.ROLE, f"the token has only the role {held}, which may look and not decide", _ask_for_the_role(project)
    )


def explain_no_role(project: str | None) -> Finding:
    """We may not even look."""
    return Finding(Reason.ROLE, "the token has no role that lets it look at images", _ask_for_the_role(project))


def _ask_for_the_role(project: str | None) -> str:
    return f"ask for the role 'member' in {f'project {project}' if project else 'the project'}"


def explain_visibility(attempt: Attempt, value: str) -> Finding:
    """The visibility of the image is not `shared`."""
    member = attempt.member if attempt.member and is_project_id(attempt.member) else None
    hint = _NEEDLESS.get(value) or (
        f"'openstack image set --shared' lets it have members, {attempt.share(member)} makes one"
    )
    return Finding(
        Reason.VISIBILITY, f"the image is {hints.quote_text(value)}, and only 'shared' images have members", hint
    )


def explain_deactivated(because: str) -> Finding:
    """The image is locked, and the service said no, in these words."""
    return Finding(
        Reason.DEACTIVATED,
        f"the image is deactivated ({because})",
        "ask its owner or the cloud's operators to reactivate it, and type the same again",
    )
