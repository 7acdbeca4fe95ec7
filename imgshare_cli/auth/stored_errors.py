"""What to say about a stored credential that cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.auth.store import build_profile_login_command
from imgshare_cli.errors import AuthError, Reason

if TYPE_CHECKING:
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.config.settings import Settings


def create_expired_error(credential: Credential, settings: Settings) -> AuthError:
    """Create the error for a token that has expired, and that only a person can replace."""
    again = credential.relogin_command
    log_in = hints.build_login_command(again) if again else build_profile_login_command(settings)
    return AuthError(
        f"the token of profile {settings.profile!r} has expired", hint=f"run {log_in}", reason=Reason.TOKEN
    )


def create_endpoint_error(credential: Credential | None, endpoint: str | None, settings: Settings) -> AuthError:
    """Create the error for a credential that is for another endpoint than the settings name."""
    kind, key = (credential.kind, credential.access_key_id) if credential else ("token", None)
    options = {"--profile": settings.profile, "--access-key": key, "--endpoint": settings.endpoint}
    return AuthError(
        f"the {kind} of profile {settings.profile!r} is for {endpoint}, not {settings.endpoint}",
        hint=f"run {hints.build_command('login', *hints.build_options(options))}, or set "
        + ("IMGSHARE_ACCESS_KEY and IMGSHARE_SECRET_KEY" if key else "IMGSHARE_TOKEN"),
    )
