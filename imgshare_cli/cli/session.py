"""One run of the tool: its settings, client and output, each made when first asked for."""

from __future__ import annotations

import contextlib
import os
import sys
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING

from imgshare_cli.config.config_file import find_config_path, read_config_file
from imgshare_cli.config.settings import Flags, Settings, resolve_profile_name, resolve_settings
from imgshare_cli.errors import ConfigError, NotLoggedInError
from imgshare_cli.terminal.output import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.api.connection_pool import TransportOptions
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.identity_client import IdentityClient
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.transport import HttpTransport
    from imgshare_cli.auth.provider import CredentialProvider
    from imgshare_cli.config.config_file import ConfigFile
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
    def file(self) -> ConfigFile:
        """The config file."""
        return read_config_file(find_config_path(self.environ))

    @cached_property
    def settings(self) -> Settings:
        """What the flags, the environment and the config file say together."""
        if self.flags.insecure_tls:
            self.output.note("note: with --insecure-tls nothing is verified: anyone on the way can read the token")
        return resolve_settings(self.flags, self.environ, self.file, new_profile=self.new_profile)

    @property
    def profile(self) -> str:
        """The name of the profile, also of one that does not exist yet."""
        return resolve_profile_name(self.flags, self.environ, self.file)

    @cached_property
    def credential_provider(self) -> CredentialProvider:
        """Gets the credential of this run, and renews it."""
        from imgshare_cli.auth.provider import CredentialProvider

        if self.settings.profile_token and self.file.readable_by_others:
            self.output.note(f"note: others can read {self.file.path}, and a token is in it; chmod 600 closes it")
        return CredentialProvider(
            self.settings, self.environ, debug=self.debug, note=self.output.note, secrets=self.secrets
        )

    @property
    def credential(self) -> Credential:
        """The credential that this run uses.

        Raises:
            AuthError: there is none, or the keyring that may have it cannot be read.
            ConfigError: the settings cannot be used.
            UnavailableError: the identity service does not answer.
        """
        return self.credential_provider.credential

    @property
    def endpoint(self) -> str:
        """The image service's address: the settings' or, without one, that of the cloud's catalog.

        Raises:
            ConfigError: nothing names one.
        """
        endpoint = self.settings.endpoint or self._credential_endpoint()
        if endpoint is None:
            raise ConfigError(
                "no endpoint: it is not known which image service to ask",
                hint=_where_to_name_it(self),
            )
        return endpoint

    def _credential_endpoint(self) -> str | None:
        try:
            return self.credential.endpoint
        except NotLoggedInError:
            if self.settings.profile in self.file.profiles:
                raise  # who has logged in before needs to do so again, and no endpoint
            return None

    @property
    def member_id(self) -> str | None:
        """The project that decides where MEMBER is left out: the settings' or that of the token, if it is known."""
        return self.settings.project_id or self.credential.project_id

    @property
    def is_attended(self) -> bool:
        """Whether a person at a terminal can be asked."""
        return not self.output.as_json and all(stream and stream.isatty() for stream in self._talk)

    @cached_property
    def client(self) -> ImageClient:
        """The image service, with what lets this run in."""
        _ = self.endpoint
        return self.open_image_client(self.credential, self._refresh)

    def open_another_client(self) -> ImageClient:
        """A further connection to the image service, for a thread of its own."""
        return self.open_image_client(self.credential, self._refresh)

    @cached_property
    def inbox(self) -> Inbox:
        """What is shared with our project."""
        from imgshare_cli.shares.inbox import Inbox
        from imgshare_cli.shares.token_scope import read_login_scope

        wanted = self.settings.project_id
        place = read_login_scope(self.credential, wanted)
        return Inbox(self.client, self.open_another_client, place, wanted)

    def open_identity_client(self) -> IdentityClient | None:
        """Connect to the identity service that issued the token; None if no login issued it."""
        from imgshare_cli.api.identity_client import open_identity_client

        def opened(address: str, credential: Credential) -> HttpTransport:
            return self.connect(address, credential.headers, credential.cacert)

        return open_identity_client(self.credential, opened)

    def open_image_client(
        self, credential: Credential, refresh: Callable[[str], Credential | None] = lambda _rejected: None
    ) -> ImageClient:
        """The image service, with a credential that is not kept yet."""
        from imgshare_cli.api.image_client import ImageClient

        self.secrets.append(credential.secret)
        transport = self.connect(self.endpoint, credential.headers, credential.cacert)
        return ImageClient(transport, credential, refresh)

    def connect(
        self, address: str, headers: Mapping[str, str], cacert: str | None, timeout: float | None = None
    ) -> HttpTransport:
        """A connection that this session closes.

        Args:
            address: where to.
            headers: what authenticates us there.
            cacert: the authorities of the credential, which are trusted where the settings name none.
            timeout: the time for one request, where it is not that of the settings.
        """
        from imgshare_cli.api.transport import HttpTransport

        settings = self.settings
        transport = HttpTransport(
            address, headers, self.terms(cacert), timeout=timeout or settings.timeout, debug=self.debug
        )
        self._open.callback(transport.close)
        return transport

    def terms(self, cacert: str | None) -> TransportOptions:
        """What this run allows on the wire."""
        from imgshare_cli.api.connection_pool import TransportOptions

        settings = self.settings
        return TransportOptions(
            self.environ,
            settings.cacert or cacert,
            insecure_http=settings.insecure_http,
            insecure_tls=settings.insecure_tls,
        )

    def _refresh(self, rejected: str) -> Credential | None:
        before = self.credential
        credential = self.credential_provider.refresh(rejected)
        auth_url = before.auth_url or self.environ.get("OS_AUTH_URL")
        if credential is None and auth_url:
            from imgshare_cli.api.token_revocation import check_identity_service

            with contextlib.suppress(ConfigError):  # an address that cannot be asked tells nothing
                check_identity_service(auth_url, before.cacert, self.connect)
        return credential

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
    keep = hints.build_command("config", "set", "endpoint", "URL", *hints.build_options({"--profile": profile}))
    return f"set OS_CLOUD or IMGSHARE_ENDPOINT, pass --endpoint URL, or run {keep}"


def _is_secret(name: str) -> bool:
    return name.startswith(("IMGSHARE_", "OS_")) and name.endswith(("TOKEN", "PASSWORD", "SECRET", "PASSCODE"))
