"""The command that was refused, and the commands that hints build from it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.models import is_project_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Attempt:
    """A command that the service refused.

    Attributes:
        command: `accept`, `reject`, `reset` or `show`.
        image_id: the image; None where its name could not be looked up.
        member: the project to decide for, given or by default, if there was one.
        status: what was refused, as Glance says it: 403 for what is forbidden, 404 for what is not found.
        project_id: the project that the token is for, if it is known.
        options: the options of the command, as they were typed.
    """

    command: str
    image_id: str | None
    member: str | None
    status: int | None
    project_id: str | None
    options: Mapping[str, str | bool | Sequence[str]]

    @property
    def member_id(self) -> str | None:
        """The project to decide for, where MEMBER is a project ID and not a name."""
        return self.member if self.member and is_project_id(self.member) else None

    def build_retry_command(
        self,
        image_id: str | None,
        member: str | None,
        options: Mapping[str, str | bool | Sequence[str] | None] = MappingProxyType({}),
        environ: Mapping[str, hints.Word] = MappingProxyType({}),
    ) -> str:
        """Build the same command with other arguments, for the same user.

        Args:
            image_id: IMAGE.
            member: MEMBER, or None to leave it out.
            options: options that replace those of the command; None leaves one out.
            environ: variables to set for it.
        """
        words = hints.build_options({**self.options, **options})
        members = [hints.quote_word(member, "MEMBER")] if member else []
        return hints.build_command(self.command, hints.quote_word(image_id, "IMAGE"), *members, *words, **environ)

    def build_member_command(self) -> str:
        """Build the same command for a user of the project that decides."""
        return hints.build_command(self.command, self._image)

    def build_list_members_command(self) -> str:
        """Build the command that lists the members of the image."""
        return hints.build_command("members", self._image)

    def build_share_command(self, member: str | None) -> str:
        """Build the command that shares the image with a project."""
        return hints.build_command("share", self._image, hints.quote_word(member, "MEMBER"))

    @property
    def _image(self) -> hints.Word:
        return hints.quote_word(self.image_id, "IMAGE")
