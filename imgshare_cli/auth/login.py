"""The ways to log in: with a cloud's entry, with a password, with an application credential, again."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from imgshare_cli.config.file_reading import expand_path
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.config.settings import Settings


def log_in_with_cloud(settings: Settings, settings_hash: str, note: Callable[[str], None]) -> Credential:
    """Log in as clouds.yaml or OS_* say.

    Args:
        settings: the settings of the run.
        settings_hash: a fingerprint of what the login goes by.
        note: told what a person should know about it.
    """
    return replace(_log_in(settings, cloud=settings.cloud, note=note), settings_hash=settings_hash)


def log_in_with_password(settings: Settings, who: dict[str, str | None], password: str) -> Credential:
    """Log in with a user's password; only a person can do so again.

    Args:
        settings: the settings of the run.
        who: `auth_url`, `username`, `user_domain`, `project` and `project_domain`, as the options are called.
        password: the user's.
    """
    project, domain = who["project"] or "", who["project_domain"] or who["user_domain"] or "Default"
    scope = (
        {"project_id": project}
        if re.fullmatch(r"[0-9a-f]{32}", project)
        else {"project_name": project, "project_domain_name": domain}
    )
    auth = {
        "auth_url": who["auth_url"] or "",
        "username": who["username"] or "",
        "user_domain_name": who["user_domain"] or "Default",
        "password": password,
        **(scope if project else {}),
    }
    credential = _log_in(settings, auth_type="password", auth=auth)
    options = {f"--{name.replace('_', '-')}": value for name, value in who.items()}
    return replace(credential, relogin_command=build_relogin_command(settings, options))


def log_in_with_application_credential(settings: Settings, auth_url: str, identifier: str, secret: str) -> Credential:
    """Log in with an application credential, which can be used again without a person."""
    auth = {"auth_url": auth_url, "application_credential_id": identifier, "application_credential_secret": secret}
    return _by_application_credential(settings, auth)


def renew_login(settings: Settings, credential: Credential) -> Credential:
    """Log in with the application credential that a credential was given for."""
    return _by_application_credential(
        replace(
            settings, endpoint=settings.endpoint or credential.endpoint, cacert=settings.cacert or credential.cacert
        ),
        credential.refresh_credentials or {},
    )


def _by_application_credential(settings: Settings, auth: dict[str, str]) -> Credential:
    credential = _log_in(settings, auth_type="v3applicationcredential", auth=auth)
    who = {"--auth-url": auth["auth_url"], "--application-credential-id": auth["application_credential_id"]}
    return replace(credential, refresh_credentials=auth, relogin_command=build_relogin_command(settings, who))


def _log_in(settings: Settings, **parts: Any) -> Credential:
    try:
        os.getcwd()  # noqa: PTH109  (openstacksdk asks for it when it is imported)
    except OSError as exc:
        raise ConfigError("the current directory no longer exists", hint="change to another one") from exc
    from imgshare_cli.auth.keystone_login import log_in
    from imgshare_cli.auth.keystone_settings import LoginRequest

    return log_in(LoginRequest(settings, **parts))


def build_relogin_command(settings: Settings, options: Mapping[str, str | None]) -> str:
    """The command line that logs in like this, to be kept; `hints.log_in` shows it."""
    named = {**build_profile_option(settings), **options, "--cacert": find_authorities(settings)}
    return shlex.join(
        ["imgshare", "login", *(word for name, value in named.items() if value for word in (name, value))]
    )


def find_authorities(settings: Settings) -> str | None:
    """Where the named authorities are, from whatever folder a later run looks."""
    return str(expand_path(settings.cacert, os.environ).absolute()) if settings.cacert else None


def build_profile_option(settings: Settings) -> dict[str, str | None]:
    """The option that names this profile, where one is needed."""
    return {} if settings.profile == "default" else {"--profile": settings.profile}
