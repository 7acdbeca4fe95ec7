"""What a command works with: settings, credential and clients, each made when first asked for."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING

from imgshare_cli.config.config_file import find_config_path, read_config_file
from imgshare_cli.config.file_reading import JOB_ENDPOINTS, find_state_folder
from imgshare_cli.config.precedence import resolve_profile_name, resolve_settings
from imgshare_cli.errors import NotLoggedInError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typer

    from imgshare_cli.api.connections import Connections
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.identity_client import IdentityClient
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.pace import Pace
    from imgshare_cli.auth.provider import CredentialProvider
    from imgshare_cli.cli.job_runs import JobRuns
    from imgshare_cli.cli.redaction import Redactor
    from imgshare_cli.config.config_file import ConfigFile
    from imgshare_cli.config.settings import Flags, Settings
    from imgshare_cli.log.writer import DecisionLog
    from imgshare_cli.shares.inbox import Inbox
    from imgshare_cli.shares.jobs.decisions import SingleJobs
    from imgshare_cli.terminal.output import Output


class Session:
    """The settings, credential and clients for one set of flags, each made when first asked for.

    Args:
        flags: the common options of the command.
        environ: the environment of the run.
        output: where answers and notes go.
        redactor: learns each secret, so that no message shows it.
        context: the command line, for hints that show it again with a change.
        new_profile: whether the flags may name a profile that does not exist yet.
    """

    def __init__(  # noqa: PLR0913  (what a run consists of)
        self,
        flags: Flags,
        environ: Mapping[str, str],
        output: Output,
        redactor: Redactor,
        context: typer.Context,
        *,
        new_profile: bool = False,
    ) -> None:
        self.flags = flags
        self.environ = environ
        self.output = output
        self.context = context
        self._new_profile = new_profile
        self.hide_secret, self.forget_secret = redactor.hide_secret, redactor.forget_secret
        self._open = ExitStack()
        self._terminals = (sys.stdin, sys.stderr)  # rich before 15 replaces both while a spinner turns

    @cached_property
    def file(self) -> ConfigFile:
        """The config file."""
        return read_config_file(find_config_path(self.environ))

    @cached_property
    def settings(self) -> Settings:
        """The settings by flags, environment and config file."""
        if self.flags.insecure_tls:
            risk = "others on the network can read the token"
            self.output.print_note(f"note: --insecure-tls turns off certificate verification: {risk}")
        return resolve_settings(self.flags, self.environ, self.file, new_profile=self._new_profile)

    @property
    def profile(self) -> str:
        """The name of the profile, which need not exist yet."""
        return resolve_profile_name(self.flags, self.environ, self.file)

    @cached_property
    def credential_provider(self) -> CredentialProvider:
        """Gets the credential of this run, and renews it."""
        from imgshare_cli.auth.provider import CredentialProvider

        if self.settings.profile_token and self.file.readable_by_others:
            self.output.print_note(
                f"note: other users can read {self.file.path}, which contains a token; chmod 600 fixes it"
            )
        return CredentialProvider(
            self.settings, self.environ, debug=self.debug, note=self.output.print_note, hide_secret=self.hide_secret
        )

    @property
    def credential(self) -> Credential:
        """The credential that this run uses.

        Raises:
            AuthError: there is none, or the keyring that may have it cannot be read.
            ConfigError: the settings cannot be used.
            UnavailableError: the identity service does not answer.
        """
        try:
            return self.credential_provider.credential
        except NotLoggedInError as exc:
            from imgshare_cli.cli.login_hints import Attempt, explain_missing_login

            attempt = Attempt(self.context, self.flags, self.settings, self.environ, self.file)
            raise explain_missing_login(exc, attempt) from exc

    @property
    def endpoint(self) -> str:
        """The address of the image service: from the settings, or else from the cloud's catalog.

        Raises:
            ConfigError: nothing names one.
        """
        endpoint = self.settings.endpoint or self.credential.endpoint
        if endpoint is None:
            from imgshare_cli.cli.login_hints import create_endpoint_error

            raise create_endpoint_error(self.settings)
        return endpoint

    @property
    def member_id(self) -> str | None:
        """The project to use where MEMBER is left out: that of the settings, or of the token if it is known."""
        return self.settings.project_id or self.credential.project_id

    @property
    def is_attended(self) -> bool:
        """Whether a person is at the terminal, and may be asked."""
        return self.is_at_terminal and self.no_input is None

    @property
    def is_at_terminal(self) -> bool:
        """Whether a person is at the terminal, who may nevertheless not want to be asked."""
        return not self.output.as_json and all(stream and stream.isatty() for stream in self._terminals)

    @property
    def no_input(self) -> str | None:
        """What forbids questions, an option or a variable; None if nothing does."""
        from imgshare_cli.cli.attendance import find_no_input

        return find_no_input(self.environ, no_input=self.flags.no_input)

    @cached_property
    def client(self) -> ImageClient:
        """The image service, with the credential of this run."""
        return self.open_worker_client()

    @cached_property
    def inbox(self) -> Inbox:
        """The images that are shared with our project."""
        from imgshare_cli.shares.inbox import Inbox

        return Inbox(self.client, self.open_worker_client, self.credential, self.settings.project_id)

    @cached_property
    def decision_log(self) -> DecisionLog | None:
        """The log that decisions are written to; None where it is off."""
        from imgshare_cli.log.writer import open_log

        log = open_log(self.environ, self.file, self.output.print_note)
        if log:
            self._open.callback(log.close)
        return log

    def find_jobs(self, endpoint: str, *, is_call_gone: bool = False) -> SingleJobs | None:
        """Find what decides by jobs, where the settings say so or the service has no other way; see `FindJobs`."""
        may_be_used = is_call_gone or self.may_decide_by_jobs()
        return self.job_runs.find_single(endpoint, is_call_gone=is_call_gone) if may_be_used else None

    @cached_property
    def job_runs(self) -> JobRuns:
        """Creates what works by jobs; what is known of services is read once."""
        from imgshare_cli.cli.job_runs import JobRuns

        return JobRuns(self.settings, self.environ, self.context, self.output)

    def may_decide_by_jobs(self) -> bool:
        """Whether the settings say so, or an earlier run has found a service that has no other way."""
        may_be_known = self.settings.service != "glance" and (find_state_folder(self.environ) / JOB_ENDPOINTS).exists()
        return may_be_known or self.settings.decide_by == "jobs"

    def open_identity_client(self) -> IdentityClient | None:
        """Connect to the identity service that issued the token; None if no login issued it."""
        return self.connections.open_identity_client(self.credential)

    def open_worker_client(self, pace: Pace | None = None) -> ImageClient:
        """Connect to the image service with the credential of this run; each thread needs a connection of its own."""
        from imgshare_cli.api.authentication import create_auth
        from imgshare_cli.api.image_client import ImageClient

        auth = create_auth(self.credential, self.refresh_credential, self.credential_provider.confirm)
        transport = self.connections.connect(self.endpoint, auth, cacert=auth.credential.cacert, pace=pace)
        return ImageClient(transport, auth)

    @cached_property
    def connections(self) -> Connections:
        """Opens connections by the settings of this session."""
        from imgshare_cli.api.connections import Connections

        opened = Connections(self.settings, self.environ, debug=self.debug, hide_secret=self.hide_secret)
        self._open.callback(opened.close)
        return opened

    def refresh_credential(self, rejected: str) -> Credential | None:
        """Get a credential in place of a rejected one; None if only a person can get one."""
        from imgshare_cli.cli.credential_refresh import refresh_credential

        return refresh_credential(self.credential_provider, self.connections, self.environ, rejected)

    def close(self) -> None:
        """Close the connections."""
        self._open.close()

    def debug(self, text: str) -> None:
        """Show a line if --debug is given."""
        if self.flags.debug:
            self.output.print_note(f"debug: {text}")
