"""`login` and `logout`: store a credential, remove it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgshare_cli.api.timestamps import format_timestamp
from imgshare_cli.auth.login import log_in_with_application_credential, log_in_with_password, log_in_with_token
from imgshare_cli.auth.login_method import LoginMethod, LoginOptions, check_login_plan, plan_login
from imgshare_cli.auth.logout import remove_credential, revoke_credential
from imgshare_cli.auth.store import open_token_store, write_credential
from imgshare_cli.cli.options import build_common_options, common_options, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.errors import AuthError, ConfigError, ImgshareError
from imgshare_cli.terminal import prompt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.auth.file_store import FileStore
    from imgshare_cli.auth.keyring_store import KeyringStore
    from imgshare_cli.config.settings import Settings


def _text_option(name: str, metavar: str, text: str) -> Any:
    return typer.Option(name, metavar=metavar, help=text, show_default=False)


_LOGIN_OPTIONS = build_common_options(
    project="The project to log in to, by ID or name. [default: the user's or the cloud's]", with_no_input=True
)


@with_session(_LOGIN_OPTIONS, new_profile=True)
def login(  # noqa: PLR0913, PLR0917
    session: Session,
    auth_url: Annotated[str | None, _text_option("--auth-url", "URL", "Identity service (Keystone) URL.")] = None,
    username: Annotated[str | None, _text_option("--username", "NAME", "Log in with this user's password.")] = None,
    user_domain: Annotated[str | None, _text_option("--user-domain", "NAME", "User domain. [default: Default]")] = None,
    project_domain: Annotated[
        str | None, _text_option("--project-domain", "NAME", "Project domain. [default: the user's]")
    ] = None,
    application_credential_id: Annotated[
        str | None, _text_option("--application-credential-id", "ID", "Log in with this application credential.")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Make this profile the default.")] = False,  # noqa: FBT002
) -> None:
    """Log in and store the token in the keyring.

    Uses clouds.yaml with --cloud or OS_CLOUD, a password with --auth-url and --username, an application credential with
    --auth-url and --application-credential-id, and otherwise a token that you already have. Prompts for passwords,
    secrets and tokens without showing them, or reads them from standard input if that is not a terminal.
    """
    from imgshare_cli.auth.profile import save_profile

    settings = session.settings
    project = settings.project_id
    options = LoginOptions(auth_url, username, user_domain, project, project_domain, application_credential_id)
    plan = plan_login(options, settings, session.environ)
    store = _open_store(session, plan.store_settings)
    if plan.must_store:
        store.read()  # where nothing can be stored, nobody is asked for a secret
    check_login_plan(plan)
    credential = _get_credential(session, plan.method, plan.options)
    where = _store_credential(session, store, credential, required=plan.must_store)
    save_profile(session.file.path, settings, session.flags, credential, default=default)
    _show_login(session, credential, where)


def _get_credential(session: Session, method: LoginMethod, options: LoginOptions) -> Credential:
    settings = session.settings
    if method is LoginMethod.APPLICATION_CREDENTIAL:
        identifier = options.application_credential_id
        secret = _ask_secret(session, f"Secret of application credential {identifier} (hidden):")
        return log_in_with_application_credential(settings, options, secret)
    if method is LoginMethod.PASSWORD:
        password = _ask_secret(session, f"Password for {options.username} at {options.auth_url} (hidden):")
        return log_in_with_password(settings, options, password)
    if method is LoginMethod.CLOUD:
        return session.credential_provider.log_in()
    credential = log_in_with_token(
        settings, prompt.read_secret(f"Token for {settings.endpoint} (hidden):", session.no_input)
    )
    session.hide_secret(credential.secret)
    session.open_image_client(credential).check_token()
    return credential


def _ask_secret(session: Session, question: str) -> str:
    secret = prompt.read_secret(question, session.no_input).rstrip("\r\n")
    if not secret:
        raise AuthError(
            "nothing was entered, so you are not logged in", hint="run the command again, and paste or pipe the secret"
        )
    session.hide_secret(secret)
    return secret


def _open_store(session: Session, settings: Settings) -> KeyringStore | FileStore:
    def waiting() -> None:
        session.output.print_note("waiting for your keyring to be unlocked…")

    return open_token_store(settings, session.environ, waiting=waiting)


def _store_credential(
    session: Session, store: KeyringStore | FileStore, credential: Credential, *, required: bool
) -> str | None:
    """Store a credential and return where; where it is not required, a failure is only noted."""
    try:
        write_credential(store, credential)
    except (AuthError, ConfigError) as exc:
        if required:
            raise
        session.output.print_note(f"note: {exc.message}, so the token is not stored and every run logs in again")
        return None
    return store.where


def _show_login(session: Session, credential: Credential, where: str | None) -> None:
    settings = session.settings
    known = {
        "profile": settings.profile,
        "cloud": credential.cloud,
        "user": credential.user,
        "project_id": credential.project_id,
        "project_name": credential.project_name,
        "endpoint": settings.endpoint or credential.endpoint,
        "stored_in": where,
        "expires_at": format_timestamp(credential.expires_at),
    }
    if session.output.as_json:
        session.output.print_json(known)
    else:
        _note_login(session, known)
    if settings.environment_token:
        session.output.print_note(f"note: {settings.environment_token.source} is set, and overrides the stored token")


def _note_login(session: Session, known: Mapping[str, str | None]) -> None:
    note = session.output.print_note
    if known["user"]:
        project = f"project {known['project_name']} ({known['project_id']})"
        note(f"logged in as {known['user']} in {project}, until {known['expires_at']}")
        note(f"image service: {known['endpoint']}")
    if known["stored_in"]:
        shown = "the keyring" if known["stored_in"] == "keyring" else known["stored_in"]
        note(f"stored a token for {known['endpoint']} in {shown}, profile {known['profile']!r}")


@with_session(common_options, new_profile=True)
def logout(session: Session) -> None:
    """Remove the stored token of a profile and revoke it."""
    settings = session.settings
    was_stored, credential = remove_credential(_open_store(session, settings), settings)
    is_revoked = False
    if was_stored:
        is_revoked = _note_removal(session, credential)
    elif not session.output.as_json:
        session.output.print_note(f"no token is stored for profile {settings.profile!r}")
    if session.output.as_json:
        result = "removed" if was_stored else "nothing_stored"
        session.output.print_json({"profile": settings.profile, "result": result, "revoked": is_revoked})


def _note_removal(session: Session, credential: Credential | None) -> bool:
    """Say what was removed, and revoke it; return whether it is revoked."""
    whose = f" for {credential.user} in {credential.project_name}" if credential and credential.user else ""
    if not session.output.as_json:
        session.output.print_note(f"removed the token of profile {session.settings.profile!r}{whose}")
    return credential is not None and _revoke(session, credential)


def _revoke(session: Session, credential: Credential) -> bool:
    try:
        is_revoked = revoke_credential(credential, session.connections)
    except ImgshareError as exc:
        until = format_timestamp(credential.expires_at)
        session.output.print_note(f"note: it stays valid until {until}: {exc.message}")
        return False
    if is_revoked and not session.output.as_json:
        session.output.print_note(f"revoked it at {credential.auth_url}")
    return is_revoked
