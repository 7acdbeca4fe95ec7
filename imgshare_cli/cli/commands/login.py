"""`login` and `logout`: keep a token, forget it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgshare_cli import hints
from imgshare_cli.api.credential import Credential
from imgshare_cli.auth.login import (
    build_relogin_command,
    find_authorities,
    log_in_with_application_credential,
    log_in_with_password,
)
from imgshare_cli.auth.store import check_token, open_token_store, read_credential
from imgshare_cli.cli.options import common_options, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.config.service_url import check_service_url
from imgshare_cli.errors import AuthError, ConfigError, ImgshareError, UsageError
from imgshare_cli.terminal import prompt

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

    from imgshare_cli.auth.file_store import FileStore
    from imgshare_cli.auth.keyring_store import KeyringStore
    from imgshare_cli.config.settings import Settings


def _text(name: str, metavar: str, text: str) -> Any:
    return typer.Option(name, metavar=metavar, help=text, show_default=False)


@with_session(common_options, new_profile=True)
def login(  # noqa: PLR0913, PLR0917
    session: Session,
    auth_url: Annotated[str | None, _text("--auth-url", "URL", "Identity service (Keystone) URL.")] = None,
    username: Annotated[str | None, _text("--username", "NAME", "Log in with this user's password.")] = None,
    user_domain: Annotated[str | None, _text("--user-domain", "NAME", "User domain. [default: Default]")] = None,
    project_domain: Annotated[
        str | None, _text("--project-domain", "NAME", "Project domain. [default: the user's]")
    ] = None,
    application_credential_id: Annotated[
        str | None, _text("--application-credential-id", "ID", "Log in with this application credential.")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Make this profile the default.")] = False,  # noqa: FBT002
) -> None:
    """Log in and store the token in the keyring.

    Uses clouds.yaml with --cloud or OS_CLOUD, a password with --auth-url and --username, an application credential with
    --auth-url and --application-credential-id, and otherwise a token that you already have. Prompts for passwords,
    secrets and tokens without showing them, or reads them from standard input if that is not a terminal. --project is
    the project to log in to, by name or ID.
    """
    settings = session.settings
    own = bool(auth_url or username or application_credential_id) or not (settings.cloud or settings.openstack)
    place = _place(session, replace(settings, cloud=None, openstack=False) if own else settings)
    if own:
        place.read()  # where nothing can be kept, nobody is asked for a secret
    if application_credential_id:
        secret = _asked(session, f"Secret of application credential {application_credential_id} (hidden):")
        url = _needed(auth_url or session.environ.get("OS_AUTH_URL"), "--auth-url")
        credential = log_in_with_application_credential(settings, url, application_credential_id, secret)
    elif auth_url or username:
        who = {
            "auth_url": _needed(auth_url or session.environ.get("OS_AUTH_URL"), "--auth-url"),
            "username": _needed(username, "--username"),
            "user_domain": user_domain,
            "project": session.flags.project_id or settings.project_id,
            "project_domain": project_domain,
        }
        password = _asked(session, f"Password for {username} at {who['auth_url']} (hidden):")
        credential = log_in_with_password(settings, who, password)
    elif settings.cloud or settings.openstack:
        credential = session.credential_provider.log_in()
    else:
        credential = _by_token(session)
    kept = _keep(session, place, credential, must=own)
    _remember(session, settings, credential, default=default)
    _say(session, settings, credential, kept)


def _asked(session: Session, question: str) -> str:
    answer = prompt.read_secret(question).rstrip("\r\n")
    if not answer:
        raise AuthError(
            "nothing was entered, so you are not logged in", hint="run the command again, and paste or pipe the secret"
        )
    session.hide_secret(answer)
    return answer


def _needed(value: str | None, option: str) -> str:
    if not value:
        raise UsageError(
            f"{option} is missing", hint=f"{hints.build_command('login', '--help')} shows the ways to log in"
        )
    return value


def _by_token(session: Session) -> Credential:
    endpoint = session.settings.endpoint
    if endpoint is None:
        raise UsageError(
            "no cloud, user or endpoint to log in with",
            hint="pass --cloud NAME, --auth-url URL --username NAME, or --endpoint URL if you have a token",
        )
    token = check_token(prompt.read_secret(f"Token for {endpoint} (hidden):"), "your input")
    session.hide_secret(token.value)
    again = build_relogin_command(session.settings, {"--endpoint": endpoint})
    cacert = find_authorities(session.settings)
    credential = Credential(token.value, token.source, endpoint=endpoint, cacert=cacert, relogin_command=again)
    session.open_image_client(credential).check_token()
    return credential


def _place(session: Session, settings: Settings) -> KeyringStore | FileStore:
    def waiting() -> None:
        session.output.print_note("waiting for your keyring to be unlocked…")

    return open_token_store(settings, session.environ, waiting=waiting)


def _keep(session: Session, place: KeyringStore | FileStore, credential: Credential, *, must: bool) -> str | None:
    try:
        place.write(json.dumps(credential.to_json()))
    except (AuthError, ConfigError) as exc:
        if must:
            raise
        session.output.print_note(f"note: {exc.message}, so the token is not stored and every run logs in again")
        return None
    return place.where


def _remember(session: Session, settings: Settings, credential: Credential, *, default: bool) -> None:
    """So that the next command needs no more than the profile."""
    from imgshare_cli.config.config_edit import add_profile, edit_config_file, set_value

    profile = ("profiles", settings.profile)
    by_bare_token = credential.auth_url is None and not settings.cloud and not settings.openstack

    def change(document: TOMLDocument) -> None:
        # Another run may have changed the file since this one read it.
        add_profile(document, settings.profile)
        if session.flags.cloud:
            set_value(document, (*profile, "cloud"), session.flags.cloud)
            if session.flags.endpoint:
                set_value(document, (*profile, "endpoint"), settings.endpoint)
        elif by_bare_token and _endpoint_in(document, profile) != credential.endpoint:
            set_value(document, (*profile, "endpoint"), credential.endpoint)
        if default:
            set_value(document, ("default_profile",), settings.profile)

    edit_config_file(session.file.path, change)


def _endpoint_in(document: TOMLDocument, profile: tuple[str, str]) -> str | None:
    """The endpoint that a profile has, in the form in which settings have it."""
    table, name = profile
    endpoint = document[table][name].get("endpoint")
    return check_service_url(endpoint, insecure_http=True) if isinstance(endpoint, str) else None


def _say(session: Session, settings: Settings, credential: Credential, kept: str | None) -> None:
    note = session.output.print_note
    if credential.user:
        project = f"project {credential.project_name} ({credential.project_id})"
        note(f"logged in as {credential.user} in {project}, until {credential.expires_at}")
        note(f"image service: {settings.endpoint or credential.endpoint}")
    if kept:
        where = "the keyring" if kept == "keyring" else kept
        note(f"stored a token for {settings.endpoint or credential.endpoint} in {where}, profile {settings.profile!r}")
    if settings.environment_token:
        note(f"note: {settings.environment_token.source} is set, and overrides the stored token")


@with_session(common_options, new_profile=True)
def logout(session: Session) -> None:
    """Remove the stored token of a profile and revoke it."""
    settings = session.settings
    place = _place(session, settings)
    try:
        credential = read_credential(place, settings)
    except (AuthError, ConfigError):
        credential = None  # what is there cannot be read, which is a reason to remove it
    if not place.delete():
        session.output.print_note(f"no token is stored for profile {settings.profile!r}")
        return
    whose = f" for {credential.user} in {credential.project_name}" if credential and credential.user else ""
    session.output.print_note(f"removed the token of profile {settings.profile!r}{whose}")
    if credential:
        _revoke(session, credential)


def _revoke(session: Session, credential: Credential) -> None:
    try:
        if identity := session.connections.open_identity_client(credential):
            identity.revoke_token()
            session.output.print_note(f"revoked it at {credential.auth_url}")
    except ImgshareError as exc:
        session.output.print_note(f"note: it stays valid until {credential.expires_at}: {exc.message}")
