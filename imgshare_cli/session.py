"""One run of the tool: its settings, client and output, each made when first asked for."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING

from imgshare_cli import config, configfile
from imgshare_cli.config import Flags, Settings
from imgshare_cli.errors import ConfigError
from imgshare_cli.output import Output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.client import ImageClient
    from imgshare_cli.config import Token
    from imgshare_cli.configfile import File


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
        self._open = ExitStack()
        self.output = Output(sys.stdout, sys.stderr, environ, as_json=as_json)

    @cached_property
    def file(self) -> File:
        """The config file."""
        return configfile.read(configfile.config_path(self.environ))

    @cached_property
    def settings(self) -> Settings:
        """What the flags, the environment and the config file say together."""
        return config.resolve(self.flags, self.environ, self.file, new_profile=self.new_profile)

    @property
    def profile(self) -> str:
        """The name of the profile, also of one that does not exist yet."""
        return config.profile_name(self.flags, self.environ, self.file)

    @property
    def endpoint(self) -> str:
        """The image service's address.

        Raises:
            ConfigError: nothing names one.
        """
        if self.settings.endpoint is None:
            raise ConfigError(
                "no endpoint: it is not known which image service to ask",
                hint="set IMGSHARE_ENDPOINT, pass --endpoint URL, "
                f"or run `imgshare config set endpoint URL{_option(self)}`",
            )
        return self.settings.endpoint

    @cached_property
    def token(self) -> Token:
        """The token, wherever it is kept."""
        from imgshare_cli import credentials

        if self.settings.profile_token and self.file.readable_by_others:
            self.output.note(f"note: others can read {self.file.path}, and a token is in it; chmod 600 closes it")
        token = credentials.find(self.settings)
        self.debug(f"token from {token.source}, {len(token.value)} characters")
        return token

    @cached_property
    def client(self) -> ImageClient:
        """The image service, with the token of this run."""
        _ = self.endpoint
        return self.client_with(self.token)

    def client_with(self, token: Token) -> ImageClient:
        """The image service, with a token that is not stored yet."""
        from imgshare_cli.client import ImageClient
        from imgshare_cli.transport import Wire

        wire = Wire(
            self.endpoint,
            token.value,
            timeout=self.settings.timeout,
            cacert=self.settings.cacert,
            environ=self.environ,
            debug=self.debug,
        )
        self._open.callback(wire.close)
        return ImageClient(wire, token)

    def close(self) -> None:
        """Hang up."""
        self._open.close()

    def debug(self, text: str) -> None:
        """Say what is going on, under --debug."""
        if self.flags.debug:
            self.output.note(f"debug: {text}")

    def redacted(self, text: str) -> str:
        """The text without any token that this run may know."""
        known = [self.settings.environment_token, self.settings.profile_token, self.__dict__.get("token")]
        for secret in known:
            text = text.replace(secret.value, "(hidden)") if secret else text
        return text


def _option(session: Session) -> str:
    return "" if session.profile == "default" else f" --profile {session.profile}"
