"""One run of the tool: its settings, client and output, each made when first asked for."""

from __future__ import annotations

import contextlib
import os
import sys
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING

from imgshare_cli.config import config_file as configfile
from imgshare_cli.config import settings as config
from imgshare_cli.config.settings import Flags, Settings
from imgshare_cli.errors import ConfigError, NotLoggedInError
from imgshare_cli.terminal.output import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.api.connection_pool import Terms
    from imgshare_cli.api.credential import Grant
    from imgshare_cli.api.identity_client import Directory
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.transport import Wire
    from imgshare_cli.auth.provider import Access
    from imgshare_cli.config.config_file import File
    from imgshare_cli.shares.inbox import Inbox


class Session:
    """What the commands share.

    Args:
        environ: the environment of the run.
        as_json: whether a program reads the answer.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ, *, as_json: bool = False) -> None:
        self.environ = environ
        self.flags = Flags()
        self.new_profile = False
        self.secrets = [value for name, value in environ.items() if _is_secret(name)]
        self._open = ExitStack()
        self._talk = (sys.stdin, sys.stderr)  # while something turns, rich before 15 has put no terminal in their place
        self.output = Output(sys.stdout, sys.stderr, environ, as_json=as_json)

    @cached_property
    def file(self) -> File:
        """The config file."""
        return configfile.read(configfile.config_path(self.environ))

    @cached_property
    def settings(self) -> Settings:
        """What the flags, the environment and the config file say together."""
        if self.flags.insecure_tls:
            self.output.note("note: with --insecure-tls nothing is verified: anyone on the way can read the token")
        return config.resolve(self.flags, self.environ, self.file, new_profile=self.new_profile)

    @property
    def profile(self) -> str:
        """The name of the profile, also of one that does not exist yet."""
        return config.profile_name(self.flags, self.environ, self.file)

    @cached_property
    def access(self) -> Access:
        """How this run gets in."""
        from imgshare_cli.auth.provider import Access

        if self.settings.profile_token and self.file.readable_by_others:
            self.output.note(f"note: others can read {self.file.path}, and a token is in it; chmod 600 closes it")
        return Access(self.settings, self.environ, debug=self.debug, note=self.output.note, secrets=self.secrets)

    @property
    def endpoint(self) -> str:
        """The image service's address: the settings' or, without one, that of the cloud's catalog.

        Raises:
            ConfigError: nothing names one.
        """
        endpoint = self.settings.endpoint or self._granted_endpoint()
        if endpoint is None:
            raise ConfigError(
                "no endpoint: it is not known which image service to ask",
                hint=_where_to_name_it(self),
            )
        return endpoint

    def _granted_endpoint(self) -> str | None:
        try:
            return self.access.grant.endpoint
        except NotLoggedInError:
            if self.settings.profile in self.file.profiles:
                raise  # who has logged in before needs to do so again, and no endpoint
            return None

    @property
    def member(self) -> str | None:
        """The project that decides where MEMBER is left out: the settings' or that of the token, if it is known."""
        return self.settings.project_id or self.access.grant.project_id

    @property
    def is_attended(self) -> bool:
        """Whether a person at a terminal can be asked."""
        return not self.output.as_json and all(stream and stream.isatty() for stream in self._talk)

    @cached_property
    def client(self) -> ImageClient:
        """The image service, with what lets this run in."""
        _ = self.endpoint
        return self.client_with(self.access.grant, self._renewed)

    def another_client(self) -> ImageClient:
        """A further connection to the image service, for a thread of its own."""
        return self.client_with(self.access.grant, self._renewed)

    @cached_property
    def inbox(self) -> Inbox:
        """What is shared with our project."""
        from imgshare_cli.shares import token_scope as standing
        from imgshare_cli.shares.inbox import Inbox

        wanted = self.settings.project_id
        place = standing.granted(self.access.grant, wanted)
        return Inbox(self.client, self.another_client, place, wanted)

    @property
    def directory(self) -> Directory | None:
        """The identity service that we logged in to, or None where there was no login."""
        from imgshare_cli.api import identity_client as directory

        def opened(address: str, grant: Grant) -> Wire:
            return self.connect(address, grant.headers(), grant.cacert)

        return directory.of(self.access.grant, opened)

    def client_with(
        self, grant: Grant, renewed: Callable[[str], Grant | None] = lambda _worthless: None
    ) -> ImageClient:
        """The image service, with a grant that is not kept yet."""
        from imgshare_cli.api.image_client import ImageClient

        self.secrets.append(grant.secret)
        wire = self.connect(self.endpoint, grant.headers(), grant.cacert)
        return ImageClient(wire, grant, renewed)

    def connect(
        self, address: str, headers: Mapping[str, str], cacert: str | None, timeout: float | None = None
    ) -> Wire:
        """A connection that this session closes.

        Args:
            address: where to.
            headers: what authenticates us there.
            cacert: the authorities of the credential, which are trusted where the settings name none.
            timeout: the time for one request, where it is not that of the settings.
        """
        from imgshare_cli.api.transport import Wire

        settings = self.settings
        wire = Wire(address, headers, self.terms(cacert), timeout=timeout or settings.timeout, debug=self.debug)
        self._open.callback(wire.close)
        return wire

    def terms(self, cacert: str | None) -> Terms:
        """What this run allows on the wire."""
        from imgshare_cli.api.connection_pool import Terms

        settings = self.settings
        return Terms(
            self.environ,
            settings.cacert or cacert,
            insecure_http=settings.insecure_http,
            insecure_tls=settings.insecure_tls,
        )

    def _renewed(self, worthless: str) -> Grant | None:
        before = self.access.grant
        grant = self.access.renewed(worthless)
        auth_url = before.auth_url or self.environ.get("OS_AUTH_URL")
        if grant is None and auth_url:
            from imgshare_cli.api import token_revocation as identity

            with contextlib.suppress(ConfigError):  # an address that cannot be asked tells nothing
                identity.must_be_up(auth_url, before.cacert, self.connect)
        return grant

    def close(self) -> None:
        """Hang up."""
        self._open.close()

    def debug(self, text: str) -> None:
        """Say what is going on, under --debug."""
        if self.flags.debug:
            self.output.note(f"debug: {text}")

    def redacted(self, text: str) -> str:
        """The text without any secret that this run knows."""
        for secret in filter(None, self.secrets):
            text = text.replace(secret, "(hidden)")
        return text


def _where_to_name_it(session: Session) -> str:
    settings = session.settings
    if settings.environment_token and (settings.cloud or settings.openstack):
        return f"{settings.environment_token.source} wins over the cloud: unset it, or set IMGSHARE_ENDPOINT"
    from imgshare_cli import hints

    profile = None if session.profile == "default" else session.profile
    keep = hints.command("config", "set", "endpoint", "URL", *hints.options({"--profile": profile}))
    return f"set OS_CLOUD or IMGSHARE_ENDPOINT, pass --endpoint URL, or run {keep}"


def _is_secret(name: str) -> bool:
    return name.startswith(("IMGSHARE_", "OS_")) and name.endswith(("TOKEN", "PASSWORD", "SECRET", "PASSCODE"))
