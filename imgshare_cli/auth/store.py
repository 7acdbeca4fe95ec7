"""Tokens: checked when they come in, kept where the settings say, found there again."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from imgshare_cli.api.credential import Credential, is_token
from imgshare_cli.config.service_url import check_service_url
from imgshare_cli.config.settings import Token
from imgshare_cli.errors import AuthError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.auth.file_store import FileStore
    from imgshare_cli.auth.keyring_store import KeyringStore
    from imgshare_cli.config.settings import Settings

READ_SECONDS = 5.0
LOGIN_SECONDS = 60.0
MAX_TOKEN = 1 << 20


def check_token(text: str, source: str) -> Token:
    """Make a token of what a person or a program handed us.

    White space around it and a header's name before it (`Bearer`, `X-Auth-Token:`) are taken off.

    Raises:
        AuthError: it cannot be a token. The message never quotes it.
    """
    value = re.sub(r"^(bearer\s+|x-(auth|subject)-token:\s*)", "", text.strip(), flags=re.IGNORECASE)
    if not value:
        from imgshare_cli import hints

        hint = f"run {hints.build_command('login')}, or set IMGSHARE_TOKEN"
        raise AuthError(f"the token from {source} is empty", hint=hint)
    if len(value) > MAX_TOKEN or not is_token(value):
        raise AuthError(
            f"the token from {source} contains characters that are not valid in a token ({len(value)} characters in "
            "total)",
            hint="copy it again, without line breaks",
        )
    return Token(value, source)


def open_token_store(
    settings: Settings, environ: Mapping[str, str], *, waiting: Callable[[], None] | None = None
) -> KeyringStore | FileStore:
    """Where this profile's credential is kept.

    Args:
        settings: name the profile, its cloud and the kind of store.
        environ: tells where files go.
        waiting: called when a person must unlock the keyring; with it there is a minute to do so.
    """
    cloud = settings.cloud or ("OS_*" if settings.openstack else "")
    name = f"{settings.profile}@{cloud}" if cloud else settings.profile
    if settings.token_store == "file":  # noqa: S105  (the name of a kind of store)
        from imgshare_cli.auth.file_store import FileStore

        return FileStore(name, environ)
    from imgshare_cli.auth.keyring_store import KeyringStore

    return KeyringStore(name, seconds=LOGIN_SECONDS if waiting else READ_SECONDS, waiting=waiting)


def read_credential(place: KeyringStore | FileStore, settings: Settings) -> Credential | None:
    """What an earlier run kept.

    Raises:
        AuthError: the keyring cannot be asked, or holds what we did not store.
        ConfigError: the file cannot be read, or others can.
    """
    text = place.read()
    if text is None:
        return None
    try:
        credential = Credential.from_json(json.loads(text), f"{place.where}, profile {settings.profile!r}")
        return replace(
            credential, endpoint=_check_stored_url(credential.endpoint), auth_url=_check_stored_url(credential.auth_url)
        )
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError, ConfigError):
        from imgshare_cli import hints

        raise AuthError(
            f"the entry for profile {settings.profile!r} in {place.where} was not stored by imgshare",
            hint=f"run {hints.build_command('logout')}, then {hints.build_command('login')}",
        ) from None


def _check_stored_url(address: str | None) -> str | None:
    # Plain http may have been allowed when this was kept; whoever connects looks at what is allowed now.
    return check_service_url(address, insecure_http=True) if address else None


def build_profile_login_command(settings: Settings) -> str:
    """What a user of this profile types to log in."""
    from imgshare_cli import hints

    profile = settings.profile if settings.profile != "default" else None
    return hints.build_command("login", *hints.build_options({"--profile": profile}))
