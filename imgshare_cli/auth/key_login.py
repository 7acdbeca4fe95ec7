"""Credentials of access keys: of the environment, of a person who logs in, and stored ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imgshare_cli.api.credential import Credential, is_access_key_id, is_token
from imgshare_cli.api.models import is_project_id
from imgshare_cli.auth.key_place import KeyPlace, check_sdk_place, find_place
from imgshare_cli.auth.login import build_relogin_command, find_authorities
from imgshare_cli.auth.store import YOUR_INPUT
from imgshare_cli.config.access_key import AccessKey
from imgshare_cli.errors import AuthError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.api.connections import Connections
    from imgshare_cli.auth.login_method import LoginOptions
    from imgshare_cli.config.settings import Settings


def use_environment_key(
    key: AccessKey,
    settings: Settings,
    environ: Mapping[str, str],
    debug: Callable[[str], None],
    hide_secret: Callable[[str], None],
) -> Credential:
    """Make a credential of an access key of the environment; only its project may have to be asked for, once.

    Args:
        key: the key.
        settings: the settings of the run, which name the region, the endpoint, or both.
        environ: the environment.
        debug: called with what is going on.
        hide_secret: called with each secret.

    Raises:
        AuthError: the key lacks a part or cannot be one, or must not be used for this service.
        ConfigError: nothing tells where to use it, or for which project.
        UnavailableError: the identity service does not answer.
    """
    _check_key(key)
    if key is settings.sdk_key:
        check_sdk_place(settings)
    credential, place = _create_credential(key, settings, environ)
    credential = replace(credential, variable=key.source)
    project_id = settings.project_id or key.project_id
    if project_id:
        return replace(credential, project_id=_check_project_id(project_id))
    from imgshare_cli.auth.key_projects import find_kept_project

    project = find_kept_project(
        credential, place.region, settings=settings, environ=environ, debug=debug, hide_secret=hide_secret
    )
    return replace(credential, project_id=project.id, project_name=project.name)


def log_in_with_key(
    settings: Settings, environ: Mapping[str, str], options: LoginOptions, secret: str, connections: Connections
) -> Credential:
    """Make a credential of an access key that a person has, and find its project.

    Args:
        settings: the settings of the login.
        environ: the environment.
        options: the key, its region, the identity service, and the project by ID or name.
        secret: the secret key.
        connections: opens the connection to the identity service.
    """
    key = AccessKey(options.access_key or "", secret, YOUR_INPUT)
    _check_key(key)
    credential, place = _create_credential(key, settings, environ, options.auth_url)
    named = {
        "--access-key": key.id,
        "--region": settings.region,
        "--auth-url": options.auth_url,
        "--project": options.project,
        "--endpoint": settings.endpoint,
    }
    credential = replace(credential, relogin_command=build_relogin_command(settings, named))
    if options.project and is_project_id(options.project):
        return replace(credential, project_id=options.project)
    from imgshare_cli.auth.key_projects import find_project

    project = find_project(credential, options.project or place.region, connections)
    return replace(credential, project_id=project.id, project_name=project.name)


def adapt_stored_key(credential: Credential, settings: Settings) -> Credential:
    """Return a stored access key for the project and in the form that the settings name."""
    credential = replace(credential, signature_format=settings.signature_format)
    if settings.project_id in {None, credential.project_id}:
        return credential
    return replace(credential, project_id=_check_project_id(str(settings.project_id)), project_name=None)


def _create_credential(
    key: AccessKey, settings: Settings, environ: Mapping[str, str], auth_url: str | None = None
) -> tuple[Credential, KeyPlace]:
    place = find_place(settings, environ, auth_url)
    credential = Credential(
        key.secret,
        key.source,
        header=None,
        access_key_id=key.id,
        security_token=key.security_token,
        signature_format=settings.signature_format,
        endpoint=place.endpoint,
        auth_url=place.auth_url,
        vault_endpoint=place.vault_endpoint,
        cacert=find_authorities(settings),
    )
    return credential, place


def _check_key(key: AccessKey) -> None:
    """Check that a key has all its parts, and that they can be sent; no message quotes a secret."""
    for missing, name, there in (
        (not key.id, key.source, key.secret_source),
        (not key.secret, key.secret_source, key.source),
    ):
        if missing:
            raise AuthError(f"{there} is set, but {name} is not", hint=f"set {name} as well, or unset {there}")
    if not is_access_key_id(key.id):
        raise AuthError(f"the access key from {key.source} contains characters that are not valid in one")
    for value, name in ((key.secret, "secret key"), (key.security_token, "security token")):
        if value is not None and not is_token(value):
            raise AuthError(
                f"the {name} of the access key from {key.source} contains characters that are not valid in one "
                f"({len(value)} characters in total)",
                hint="copy it again, without spaces and line breaks",
            )


def _check_project_id(project_id: str) -> str:
    if not is_token(project_id):
        raise ConfigError("the project ID contains characters that are not valid in one", hint="pass --project ID")
    return project_id
