"""`login`: get a credential and store it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli import hints
from imgshare_cli.auth.login import (
    check_cloud,
    log_in_with_application_credential,
    log_in_with_password,
    log_in_with_token,
)
from imgshare_cli.auth.login_checks import check_kept_cloud, check_login_options, check_login_plan
from imgshare_cli.auth.login_method import LoginMethod, LoginOptions, LoginPlan, is_login_open, plan_login
from imgshare_cli.cli.login_report import note_endpoint, show_login
from imgshare_cli.cli.login_storage import choose_store, open_store, store_credential
from imgshare_cli.cli.options import build_common_options, text_option, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.errors import AuthError, ImgshareError, InterruptedByUserError
from imgshare_cli.terminal import prompt

if TYPE_CHECKING:
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.cli.invocation import Invocation
    from imgshare_cli.config.settings import Settings


_LOGIN_OPTIONS = build_common_options(
    project="The project to log in to, by ID or name. [default: the user's or the cloud's]"
)


@with_session(_LOGIN_OPTIONS, new_profile=True)
def login(  # noqa: PLR0913, PLR0917
    session: Session,
    auth_url: Annotated[str | None, text_option("--auth-url", "URL", "Identity service (Keystone) URL.")] = None,
    username: Annotated[str | None, text_option("--username", "NAME", "Log in with this user's password.")] = None,
    user_domain: Annotated[str | None, text_option("--user-domain", "NAME", "User domain. [default: Default]")] = None,
    project_domain: Annotated[
        str | None, text_option("--project-domain", "NAME", "Project domain. [default: the user's]")
    ] = None,
    application_credential_id: Annotated[
        str | None, text_option("--application-credential-id", "ID", "Log in with this application credential.")
    ] = None,
    access_key: Annotated[
        str | None,
        text_option("--access-key", "ID", "Log in with this access key (IMS: Open Telekom and Huawei Cloud)."),
    ] = None,
    region: Annotated[
        str | None, text_option("--region", "NAME", "Region of the access key, such as eu-de.", completes="regions")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Make this profile the default.")] = False,  # noqa: FBT002
) -> None:
    """Log in and store the token in the keyring.

    Asks how to log in where nothing says so. Uses clouds.yaml with --cloud or OS_CLOUD, a password with --auth-url and
    --username, an application credential with --auth-url and --application-credential-id, an access key with
    --access-key and --region, and a token that you already have with --endpoint. Prompts for passwords, secrets and
    tokens without showing them, or reads them from standard input if that is not a terminal.
    """
    project = session.settings.project_id
    options = LoginOptions(
        *(auth_url, username, user_domain, project, project_domain, application_credential_id), access_key, region
    )
    check_login_options(options, session.flags.cloud)
    token_store = None
    is_open = is_login_open(options, session.settings)
    if is_open:
        from imgshare_cli.cli.login_questions import ask_how_to_log_in

        answers = ask_how_to_log_in(session, options)
        invocation: Invocation = session.context.obj
        session = invocation.open_session(answers.flags, session.context, new_profile=True)
        options, default, token_store = answers.options, default or answers.default, answers.token_store
    plan = plan_login(options, session.settings, session.environ)
    check_login_plan(plan)
    check_kept_cloud(session.flags.cloud)
    if session.flags.endpoint and not session.flags.cloud and plan.cloud_name:
        session.output.print_note(f"note: logging in with {plan.cloud_name}, so no token is asked for or read")
    if token_store:
        plan = replace(plan, settings=replace(plan.settings, token_store=token_store))
    elif plan.must_store or is_open:  # where nothing can be stored, nobody is asked for a secret
        plan = replace(plan, settings=_choose_store(session, plan))
    try:
        _log_in(session, plan, default=default)
    except InterruptedByUserError:
        raise
    except ImgshareError as exc:
        from imgshare_cli.cli.login_retry import LoginRetry

        raise LoginRetry(session, options, default=default, was_asked=is_open).add_command(exc) from exc


def _choose_store(session: Session, plan: LoginPlan) -> Settings:
    def check() -> None:
        if plan.method is LoginMethod.CLOUD:  # what its entry lacks is said before anything is asked
            check_cloud(session.settings)

    is_key = plan.method is LoginMethod.ACCESS_KEY
    return choose_store(session, plan.settings, required=plan.must_store, is_key=is_key, check=check)


def _log_in(session: Session, plan: LoginPlan, *, default: bool) -> None:
    from imgshare_cli.auth.profile import save_profile

    store = open_store(session, plan.settings)
    credential = _get_credential(session, plan)
    where = store_credential(session, store, credential, required=plan.must_store)
    save_profile(session.file.path, plan.settings, session.flags, credential, default=default)
    show_login(session, plan.settings, credential, where)


def _get_credential(session: Session, plan: LoginPlan) -> Credential:
    settings, method, options = plan.settings, plan.method, plan.options
    if method is LoginMethod.APPLICATION_CREDENTIAL:
        identifier = hints.quote_unless_plain(str(options.application_credential_id))
        secret = _ask_secret(session, f"Secret of application credential {identifier} (hidden):")
        return log_in_with_application_credential(settings, options, secret)
    if method is LoginMethod.PASSWORD:
        user, where = (hints.quote_unless_plain(str(text)) for text in (options.username, options.auth_url))
        password = _ask_secret(session, f"Password for {user} at {where} (hidden):")
        return log_in_with_password(settings, options, password)
    if method is LoginMethod.ACCESS_KEY:
        return _log_in_with_key(session, settings, options)
    if method is LoginMethod.CLOUD:
        return session.credential_provider.log_in()
    note_endpoint(session)
    credential = log_in_with_token(
        settings, prompt.read_secret(f"Token for {settings.endpoint} (hidden):", session.no_input)
    )
    session.hide_secret(credential.secret)
    return _check_credential(session, credential)


def _log_in_with_key(session: Session, settings: Settings, options: LoginOptions) -> Credential:
    from imgshare_cli.auth.key_login import log_in_with_key

    identifier = hints.quote_unless_plain(str(options.access_key))
    secret = _ask_secret(session, f"Secret of access key {identifier} (hidden):").strip()
    credential = log_in_with_key(settings, session.environ, options, secret, session.connections)
    return _check_credential(session, credential)


def _check_credential(session: Session, credential: Credential) -> Credential:
    """Return a credential if the image service accepts it."""
    from imgshare_cli.api.authentication import create_auth
    from imgshare_cli.api.image_client import ImageClient

    auth = create_auth(credential)
    address = credential.endpoint or session.endpoint
    ImageClient(session.connections.connect(address, auth, cacert=credential.cacert), auth).check_token()
    return credential


def _ask_secret(session: Session, question: str) -> str:
    secret = prompt.read_secret(question, session.no_input).rstrip("\r\n")
    if not secret:
        raise AuthError(
            "nothing was entered, so you are not logged in", hint="run the command again, and paste or pipe the secret"
        )
    session.hide_secret(secret)
    return secret
