"""Tokens: checked when they come in, stored where the settings say, read from there."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from imgshare_cli.api.credential import Credential, is_token
from imgshare_cli.config.service_url import check_service_url
from imgshare_cli.config.settings import Token, build_profile_option
from imgshare_cli.errors import AuthError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.auth.file_store import FileStore
    from imgshare_cli.auth.keyring_store import KeyringStore
    from imgshare_cli.config.settings import Settings

READ_SECONDS = 5.0
LOGIN_SECONDS = 60.0
MAX_TOKEN = 1 << 20
ENVIRONMENT_CLOUD = "OS_*"  # stands for the cloud of a login by OS_AUTH_URL and its like
YOUR_INPUT = "your input"


def check_token(text: str, source: str) -> Token:
    """Check a token from a person or a program.

    White space around it and the name of a header before it (`Bearer`, `X-Auth-Token:`) are removed.

    Raises:
        AuthError: it cannot be a token. The message never quotes it.
    """
    value = re.sub(r"^(bearer\s+|x-(auth|subject)-token:\s*)", "", text.strip(), flags=re.IGNORECASE)
    if not value:
        where = "paste a token" if source == YOUR_INPUT else "set it to a token"
        raise AuthError(f"the token from {source} is empty", hint=f"{where}; 'openstack token issue' creates one")
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
    """Open the store for the credential of a profile.

    Args:
        settings: the profile, its cloud and the kind of store.
        environ: tells where files go.
        waiting: called when a person must unlock the keyring; with it, they have a minute to do so.
    """
    cloud = settings.cloud or (ENVIRONMENT_CLOUD if settings.openstack else "")
    return open_store(build_entry_name(settings.profile, cloud), settings, environ, waiting=waiting)


def open_store(
    name: str,
    settings: Settings,
    environ: Mapping[str, str],
    *,
    waiting: Callable[[], None] | None = None,
    must_be_private: bool = True,
) -> KeyringStore | FileStore:
    """Open the store for an entry of this name; the other arguments are those of `open_token_store` and the store."""
    if settings.token_store == "file":  # noqa: S105  (the name of a kind of store)
        from imgshare_cli.auth.file_store import FileStore

        return FileStore(name, environ, must_be_private=must_be_private)
    from imgshare_cli.auth.keyring_store import KeyringStore

    return KeyringStore(
        name, seconds=LOGIN_SECONDS if waiting else READ_SECONDS, waiting=waiting, profile=settings.profile
    )


def build_entry_name(profile: str, cloud: str) -> str:
    """Build the name of a stored credential; each cloud of a profile has its own."""
    return f"{profile}@{cloud}" if cloud else profile


def read_credential(store: KeyringStore | FileStore, settings: Settings) -> Credential | None:
    """Read the stored credential, or None.

    Raises:
        AuthError: the keyring cannot be read, or holds what we did not store.
        ConfigError: the file cannot be read, or others can.
    """
    text = store.read()
    if text is None:
        return None
    try:
        credential = Credential.from_json(json.loads(text), f"{store.where}, profile {settings.profile!r}")
        return replace(
            credential, endpoint=_check_stored_url(credential.endpoint), auth_url=_check_stored_url(credential.auth_url)
        )
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError, ConfigError):
        from imgshare_cli import hints

        option = hints.build_options(build_profile_option(settings.profile))
        raise AuthError(
            f"the entry for profile {settings.profile!r} in {name_store(store.where)} was not stored by imgshare",
            hint=f"run {hints.build_command('logout', *option)}, then {hints.build_command('login', *option)}",
        ) from None


def name_store(where: str) -> str:
    """Name a store in a sentence, by where it is."""
    return "the keyring" if where == "keyring" else where


def write_credential(store: KeyringStore | FileStore, credential: Credential) -> None:
    """Store a credential for later runs.

    Raises:
        AuthError: the keyring cannot be used.
        ConfigError: the file cannot be written.
    """
    store.write(json.dumps(credential.to_json()))


def _check_stored_url(address: str | None) -> str | None:
    # Plain http may have been allowed when this was stored; connecting checks what is allowed now.
    return check_service_url(address, insecure_http=True) if address else None


def build_profile_login_command(settings: Settings) -> str:
    """Build the command that logs in to this profile."""
    from imgshare_cli import hints

    return hints.build_command("login", *hints.build_options(build_profile_option(settings.profile)))
