"""The ways to log in: with a cloud's entry, a password, an application credential or a token."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from imgshare_cli.api.credential import Credential
from imgshare_cli.auth.store import YOUR_INPUT, check_token
from imgshare_cli.config.file_reading import expand_path
from imgshare_cli.config.settings import build_profile_option
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.auth.login_method import LoginOptions
    from imgshare_cli.config.settings import Settings


def log_in_with_cloud(
    settings: Settings, settings_hash: str, note: Callable[[str], None], hide_secret: Callable[[str], None]
) -> Credential:
    """Log in as clouds.yaml or OS_* say.

    Args:
        settings: the settings of the run.
        settings_hash: a hash of the settings that the login uses.
        note: called with what a person should know about it.
        hide_secret: called with each secret that it uses.
    """
    credential = _run_login(settings, cloud=settings.cloud, note=note, hide_secret=hide_secret)
    return replace(credential, settings_hash=settings_hash)


def log_in_with_password(settings: Settings, options: LoginOptions, password: str) -> Credential:
    """Log in with a user's password; only a person can do so again.

    Args:
        settings: the settings of the run.
        options: the identity service, the user and the project.
        password: the user's.
    """
    project, domain = options.project or "", options.project_domain or options.user_domain or "Default"
    scope = (
        {"project_id": project}
        if re.fullmatch(r"[0-9a-f]{32}", project)
        else {"project_name": project, "project_domain_name": domain}
    )
    auth = {
        "auth_url": options.auth_url or "",
        "username": options.username or "",
        "user_domain_name": options.user_domain or "Default",
        "password": password,
        **(scope if project else {}),
    }
    credential = _run_login(settings, auth_type="password", auth=auth)
    named = {
        "--auth-url": options.auth_url,
        "--username": options.username,
        "--user-domain": options.user_domain,
        "--project": options.project,
        "--project-domain": options.project_domain,
        "--endpoint": settings.endpoint,
    }
    return replace(credential, relogin_command=build_relogin_command(settings, named))


def log_in_with_application_credential(settings: Settings, options: LoginOptions, secret: str) -> Credential:
    """Log in with an application credential, which can be used again without a person."""
    auth = {
        "auth_url": options.auth_url or "",
        "application_credential_id": options.application_credential_id or "",
        "application_credential_secret": secret,
    }
    who = {
        "--auth-url": options.auth_url,
        "--application-credential-id": options.application_credential_id,
        "--endpoint": settings.endpoint,
    }
    credential = _use_application_credential(settings, auth)
    return replace(credential, relogin_command=build_relogin_command(settings, who))


def log_in_with_token(settings: Settings, text: str) -> Credential:
    """Make a credential of a token that a person has; nothing is asked of any service.

    Raises:
        AuthError: it cannot be a token.
    """
    token = check_token(text, YOUR_INPUT)
    return Credential(
        token.value,
        token.source,
        endpoint=settings.endpoint,
        cacert=find_authorities(settings),
        relogin_command=build_relogin_command(settings, {"--endpoint": settings.endpoint}),
    )


def renew_login(settings: Settings, credential: Credential) -> Credential:
    """Log in again with the application credential that a credential came from."""
    renewed = _use_application_credential(
        replace(
            settings, endpoint=settings.endpoint or credential.endpoint, cacert=settings.cacert or credential.cacert
        ),
        credential.refresh_credentials or {},
    )
    return replace(renewed, relogin_command=credential.relogin_command)


def _use_application_credential(settings: Settings, auth: dict[str, str]) -> Credential:
    credential = _run_login(settings, auth_type="v3applicationcredential", auth=auth)
    return replace(credential, refresh_credentials=auth)


def check_cloud(settings: Settings) -> None:
    """Check that a cloud's settings are complete, without a login.

    Raises:
        ConfigError: they cannot be used.
        UnavailableError: the vendor's profile that they name cannot be fetched.
    """
    _check_folder()
    from imgshare_cli.auth.keystone_login import load_region
    from imgshare_cli.auth.keystone_settings import LoginRequest

    load_region(LoginRequest(settings, cloud=settings.cloud))


def _check_folder() -> None:
    try:
        os.getcwd()  # noqa: PTH109  (openstacksdk asks for it when it is imported)
    except OSError as exc:
        raise ConfigError("the current directory no longer exists", hint="change to another one") from exc


def _run_login(settings: Settings, **parts: Any) -> Credential:
    _check_folder()
    from imgshare_cli.auth.keystone_login import log_in
    from imgshare_cli.auth.keystone_settings import LoginRequest

    return log_in(LoginRequest(settings, **parts))


def build_relogin_command(settings: Settings, options: Mapping[str, str | None]) -> str:
    """Build the command line that logs in like this; it is stored, and `hints.build_login_command` shows it."""
    named = {**build_profile_option(settings.profile), **options, "--cacert": find_authorities(settings)}
    return shlex.join(
        ["imgshare", "login", *(word for name, value in named.items() if value for word in (name, value))]
    )


def find_authorities(settings: Settings) -> str | None:
    """Return the absolute path of the named certificate authorities, for runs in other folders."""
    return str(expand_path(settings.cacert, os.environ).absolute()) if settings.cacert else None
