"""The whole command that logs in as the answers of the questions say: after a failure they are not asked again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgshare_cli.auth.login_method import ProjectMissingError
from imgshare_cli.cli.typed_command import TypedCommand

if TYPE_CHECKING:
    from imgshare_cli.auth.login_method import LoginOptions
    from imgshare_cli.cli.session import Session
    from imgshare_cli.errors import ImgshareError


@dataclass(frozen=True)
class LoginRetry:
    """A login that may fail, and be tried again.

    Attributes:
        session: the run, whose flags have the answers.
        options: the options of `login`, typed or answered.
        default: whether the profile becomes the default.
        was_asked: whether answers would be lost.
    """

    session: Session
    options: LoginOptions
    default: bool
    was_asked: bool

    def add_command(self, error: ImgshareError) -> ImgshareError:
        """Return the error with the command to try again, or as it is where the shell has that command."""
        if isinstance(error, ProjectMissingError):
            return error.replace(hint=f"set the project: {self._build_command('NAME')}")
        if not self.was_asked:
            return error
        again = f"{self._build_command(self.options.project)} tries again"
        return error.replace(hint=f"{error.hint}; {again}" if error.hint else again)

    def _build_command(self, project: str | None) -> str:
        flags, options = self.session.flags, self.options
        answers = {
            "--cloud": flags.cloud,
            "--endpoint": flags.endpoint,
            "--auth-url": options.auth_url,
            "--username": options.username,
            "--user-domain": options.user_domain,
            "--project": project,
            "--project-domain": options.project_domain,
            "--application-credential-id": options.application_credential_id,
            "--access-key": options.access_key,
            "--region": options.region,
            "--default": self.default,
        }
        return TypedCommand(self.session.context).build({}, answers)
