"""`login` and `logout`: keep a token, forget it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgshare_cli import hints
from imgshare_cli.api import token_revocation as identity
from imgshare_cli.api.credential import Grant
from imgshare_cli.auth import login as ways
from imgshare_cli.auth import store as credentials
from imgshare_cli.cli.options import with_session, world
from imgshare_cli.cli.session import Session
from imgshare_cli.config import service_url as addresses
from imgshare_cli.errors import AuthError, ConfigError, ImgshareError, UsageError
from imgshare_cli.terminal import prompt

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

    from imgshare_cli.auth.file_store import FileStore
    from imgshare_cli.auth.keyring_store import Keyring
    from imgshare_cli.config.settings import Settings


def _text(name: str, metavar: str, text: str) -> Any:
    return typer.Option(name, metavar=metavar, help=text, show_default=False)


@with_session(world)
def login(  # noqa: PLR0913, PLR0917
    session: Session,
    auth_url: Annotated[str | None, _text("--auth-url", "URL", "The identity service's address.")] = None,
    username: Annotated[str | None, _text("--username", "NAME", "Log in with this user's password.")] = None,
    user_domain: Annotated[str | None, _text("--user-domain", "NAME", "The user's domain. [default: Default]")] = None,
    project_domain: Annotated[
        str | None, _text("--project-domain", "NAME", "The project's domain. [default: the user's]")
    ] = None,
    application_credential_id: Annotated[
        str | None, _text("--application-credential-id", "ID", "Log in with this application credential.")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Make the profile the default one.")] = False,  # noqa: FBT002
) -> None:
    """Log in once, and keep the token in the keyring.

    With --cloud or OS_CLOUD, as clouds.yaml says; with --auth-url and --username, by a password; with --auth-url
    and --application-credential-id, by its secret; else by a token of yours. Passwords, secrets and tokens are
    asked for without showing them, or read from standard input where that is no terminal. --project is the
    project to work in, by name or ID.
    """
    session.new_profile = True
    settings = session.settings
    own = bool(auth_url or username or application_credential_id) or not (settings.cloud or settings.openstack)
    place = _place(session, replace(settings, cloud=None, openstack=False) if own else settings)
    if own:
        place.read()  # where nothing can be kept, nobody is asked for a secret
    if application_credential_id:
        secret = _asked(session, f"Secret of application credential {application_credential_id} (hidden):")
        url = _needed(auth_url or session.environ.get("OS_AUTH_URL"), "--auth-url")
        grant = ways.by_application_credential(settings, url, application_credential_id, secret)
    elif auth_url or username:
        who = {
            "auth_url": _needed(auth_url or session.environ.get("OS_AUTH_URL"), "--auth-url"),
            "username": _needed(username, "--username"),
            "user_domain": user_domain,
            "project": session.flags.project_id or settings.project_id,
            "project_domain": project_domain,
        }
        password = _asked(session, f"Password of {username} at {who['auth_url']} (hidden):")
        grant = ways.by_password(settings, who, password)
    elif settings.cloud or settings.openstack:
        grant = session.access.logged_in_anew()
    else:
        grant = _by_token(session)
    kept = _keep(session, place, grant, must=own)
    _remember(session, settings, grant, default=default)
    _say(session, settings, grant, kept)


def _asked(session: Session, question: str) -> str:
    answer = prompt.secret(question).rstrip("\r\n")
    if not answer:
        raise AuthError("nothing was given, so nobody was logged in", hint="run it again, and paste or pipe the secret")
    session.secrets.append(answer)
    return answer


def _needed(value: str | None, option: str) -> str:
    if not value:
        raise UsageError(f"{option} is missing", hint=f"{hints.command('login', '--help')} shows the ways to log in")
    return value


def _by_token(session: Session) -> Grant:
    endpoint = session.settings.endpoint
    if endpoint is None:
        raise UsageError(
            "nothing says where or as whom to log in",
            hint="pass --cloud NAME, --auth-url URL --username NAME, or --endpoint URL for a token of yours",
        )
    token = credentials.checked(prompt.secret(f"Token for {endpoint} (hidden):"), "your input")
    session.secrets.append(token.value)
    again = ways.command_line(session.settings, {"--endpoint": endpoint})
    cacert = ways.authorities(session.settings)
    grant = Grant(token.value, token.source, endpoint=endpoint, cacert=cacert, again=again)
    session.client_with(grant).check()
    return grant


def _place(session: Session, settings: Settings) -> Keyring | FileStore:
    def waiting() -> None:
        session.output.note("waiting for your keyring to be unlocked…")

    return credentials.store(settings, session.environ, waiting=waiting)


def _keep(session: Session, place: Keyring | FileStore, grant: Grant, *, must: bool) -> str | None:
    try:
        place.write(json.dumps(grant.to_json()))
    except (AuthError, ConfigError) as exc:
        if must:
            raise
        session.output.note(f"note: {exc.message}, so the token is not kept and every run logs in")
        return None
    return place.where


def _remember(session: Session, settings: Settings, grant: Grant, *, default: bool) -> None:
    """So that the next command needs no more than the profile."""
    from imgshare_cli.config import config_edit as configedit

    profile = ("profiles", settings.profile)
    by_bare_token = grant.auth_url is None and not settings.cloud and not settings.openstack

    def change(document: TOMLDocument) -> None:
        # Another run may have changed the file since this one read it.
        configedit.add_profile(document, settings.profile)
        if session.flags.cloud:
            configedit.put(document, (*profile, "cloud"), session.flags.cloud)
            if session.flags.endpoint:
                configedit.put(document, (*profile, "endpoint"), settings.endpoint)
        elif by_bare_token and _endpoint_in(document, profile) != grant.endpoint:
            configedit.put(document, (*profile, "endpoint"), grant.endpoint)
        if default:
            configedit.put(document, ("default_profile",), settings.profile)

    configedit.edit(session.file.path, change)


def _endpoint_in(document: TOMLDocument, profile: tuple[str, str]) -> str | None:
    """The endpoint that a profile has, in the form in which settings have it."""
    table, name = profile
    endpoint = document[table][name].get("endpoint")
    return addresses.checked(endpoint, insecure_http=True) if isinstance(endpoint, str) else None


def _say(session: Session, settings: Settings, grant: Grant, kept: str | None) -> None:
    note = session.output.note
    if grant.user:
        project = f"project {grant.project_name} ({grant.project_id})"
        note(f"logged in as {grant.user} in {project}, until {grant.expires_at}")
        note(f"image service: {settings.endpoint or grant.endpoint}")
    if kept:
        where = "the keyring" if kept == "keyring" else kept
        note(f"stored a token for {settings.endpoint or grant.endpoint} in {where}, profile {settings.profile!r}")
    if settings.environment_token:
        note(f"note: {settings.environment_token.source} is set, and wins over the stored token")


@with_session(world)
def logout(session: Session) -> None:
    """Forget the token that is kept for a profile, and make it worthless."""
    session.new_profile = True
    settings = session.settings
    place = _place(session, settings)
    try:
        grant = credentials.kept(place, settings)
    except (AuthError, ConfigError):
        grant = None  # what is there cannot be read, which is a reason to remove it
    if not place.delete():
        session.output.note(f"there was no token stored for profile {settings.profile!r}")
        return
    whose = f" for {grant.user} in {grant.project_name}" if grant and grant.user else ""
    session.output.note(f"forgot the token of profile {settings.profile!r}{whose}")
    if grant and grant.auth_url and grant.header == "X-Auth-Token":
        _revoke(session, grant.auth_url, grant)


def _revoke(session: Session, auth_url: str, grant: Grant) -> None:
    try:
        identity.revoke(auth_url, grant, session.connect)
    except ImgshareError as exc:
        session.output.note(f"note: it stays valid until {grant.expires_at}: {exc.message}")
    else:
        session.output.note(f"revoked it with {auth_url}")
