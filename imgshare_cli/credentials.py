"""The token: from the environment, the keyring or the config file, in that order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imgshare_cli.config import Token
from imgshare_cli.errors import AuthError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.config import Settings
    from imgshare_cli.secretstore import Keyring

READ_SECONDS = 5.0
LOGIN_SECONDS = 60.0
MAX_TOKEN = 1 << 20


def checked(text: str, source: str) -> Token:
    """Make a token of what a person or a program handed us.

    White space around it and a header's name before it (`Bearer`, `X-Auth-Token:`) are taken off.

    Raises:
        AuthError: it cannot be a token. The message never quotes it.
    """
    value = re.sub(r"^(bearer\s+|x-(auth|subject)-token:\s*)", "", text.strip(), flags=re.IGNORECASE)
    if not value:
        raise AuthError(f"the token from {source} is empty", hint="run `imgshare login`, or set IMGSHARE_TOKEN")
    # httpx quotes the header's value in its own errors, so nothing that it would refuse may reach it.
    if len(value) > MAX_TOKEN or not re.fullmatch(r"[\x21-\x7e]+", value):
        raise AuthError(
            f"the token from {source} holds characters that no token has ({len(value)} characters in all)",
            hint="copy it again, without line breaks",
        )
    return Token(value, source)


def find(settings: Settings) -> Token:
    """The token this run goes by. With one in the environment the keyring is not even imported.

    Raises:
        AuthError: there is none, or the keyring that may have it cannot be asked.
    """
    if settings.environment_token:
        return checked(settings.environment_token.value, settings.environment_token.source)
    try:
        stored = _keyring(settings).read()
    except AuthError as exc:
        if not settings.profile_token:
            raise AuthError(f"no token in IMGSHARE_TOKEN, and {exc.message}", hint=exc.hint) from exc
        stored = None
    if stored:
        return _for_endpoint(stored, settings)
    if settings.profile_token:
        return checked(settings.profile_token.value, settings.profile_token.source)
    raise AuthError(
        f"no token: none in IMGSHARE_TOKEN, none stored for profile {settings.profile!r}",
        hint=f"run {login_command(settings)}, or set IMGSHARE_TOKEN",
    )


def login_command(settings: Settings) -> str:
    """What a user of this profile types to log in."""
    return f"`imgshare login --profile {settings.profile}`" if settings.profile != "default" else "`imgshare login`"


def _for_endpoint(stored: dict[str, str], settings: Settings) -> Token:
    # A token must not travel to a host that it was not meant for because a flag or a variable changed.
    if stored.get("endpoint") != settings.endpoint:
        raise AuthError(
            f"the token of profile {settings.profile!r} is for {stored.get('endpoint')}, not {settings.endpoint}",
            hint="run `imgshare login --profile NAME --endpoint URL`, or set IMGSHARE_TOKEN",
        )
    return checked(stored.get("token", ""), f"keyring, profile {settings.profile!r}")


def store(settings: Settings, token: Token, waiting: Callable[[], None]) -> None:
    """Put the token into the keyring, and read it back to know that it is there.

    Args:
        settings: whose profile and endpoint it is for.
        token: what to store.
        waiting: called when the keyring takes long, which is when it asks its owner to unlock it.

    Raises:
        AuthError: there is no usable keyring, or it did not keep the token.
    """
    entry = {"endpoint": settings.endpoint or "", "token": token.value}
    keyring = _keyring(settings, seconds=LOGIN_SECONDS, waiting=waiting)
    keyring.write(entry)
    if keyring.read() != entry:
        raise AuthError("the keyring took the token but does not give it back", hint="set IMGSHARE_TOKEN instead")


def forget(settings: Settings, waiting: Callable[[], None]) -> bool:
    """Remove the profile's token from the keyring; whether there was one.

    Raises:
        AuthError: the keyring cannot be asked, or will not let go.
    """
    return _keyring(settings, seconds=LOGIN_SECONDS, waiting=waiting).delete()


def _keyring(
    settings: Settings, *, seconds: float = READ_SECONDS, waiting: Callable[[], None] | None = None
) -> Keyring:
    from imgshare_cli.secretstore import Keyring

    return Keyring(settings.profile, seconds=seconds, waiting=waiting)
