"""The questions of `imgshare login` where nothing says how to log in; the answers are what the options would be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from types import MappingProxyType
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.auth.cloud_names import MAX_NAMES, SEARCHED, format_names, list_clouds
from imgshare_cli.cli.login_storage import choose_store
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.config.regions import find_region, list_regions
from imgshare_cli.config.service_url import AUTH_URL, ENDPOINT, check_service_url
from imgshare_cli.config.settings import DEFAULT_PROFILE
from imgshare_cli.errors import AuthError, ConfigError, UsageError
from imgshare_cli.terminal.questions import ask_choice, ask_line, ask_yes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.auth.cloud_names import CloudList
    from imgshare_cli.auth.login_method import LoginOptions
    from imgshare_cli.cli.session import Session
    from imgshare_cli.config.service_url import Setting
    from imgshare_cli.config.settings import Flags

_MAX_SHOWN = 30


class _Other(Enum):
    """The ways to log in without a cloud of clouds.yaml, which may have clouds of any name."""

    PASSWORD = auto()
    TOKEN = auto()
    ACCESS_KEY = auto()


@dataclass(frozen=True)
class LoginAnswers:
    """What the options of the command would be.

    Attributes:
        flags: the common options.
        options: the options of `login`.
        default: whether the profile becomes the default.
        token_store: where the token goes; None where that was not asked yet.
    """

    flags: Flags
    options: LoginOptions
    default: bool
    token_store: str | None = None


def ask_how_to_log_in(session: Session, options: LoginOptions) -> LoginAnswers:
    """Ask for a cloud of clouds.yaml, for a user, for an access key, or for the image service that a token is for.

    Args:
        session: the run, whose settings name nothing to log in with.
        options: the options of `login` that were given; nothing is asked that they tell.

    Raises:
        UsageError: there is no terminal to ask at.
        AuthError: an answer is empty, or the keyring cannot be used.
        InterruptedByUserError: the input ended, or the user wants no token stored.
    """
    clouds = list_clouds(session.environ)
    if not session.is_attended:
        raise _create_unattended_error(session, clouds)
    choice = _ask_choice(session, clouds)
    flags = session.flags
    if not isinstance(choice, _Other):
        return LoginAnswers(replace(flags, cloud=choice), options, _ask_default(session))
    # First, because without a store all other answers would be lost.
    store_settings = replace(session.settings, cloud=None, openstack=False)
    token_store = choose_store(session, store_settings, required=True).token_store
    if choice is _Other.PASSWORD:
        options = _ask_user(session, options)
    elif choice is _Other.ACCESS_KEY:
        options = _ask_access_key(session, options)
    else:
        session.output.print_note(f"The image service of the token, such as {ENDPOINT.example}")
        flags = replace(flags, endpoint=_ask_url(session, "Image service URL", ENDPOINT))
    return LoginAnswers(flags, options, _ask_default(session), token_store)


def _create_unattended_error(session: Session, clouds: CloudList) -> UsageError:
    cloud = f"--cloud NAME ({clouds.path} has {format_names(clouds.names)})" if clouds.names else "--cloud NAME"
    user = "--username NAME" if session.environ.get("OS_AUTH_URL") else "--auth-url URL --username NAME"
    forbids = session.no_input or ("--json" if session.output.as_json else None)
    why = f"{forbids} forbids questions" if forbids else "there is no terminal to ask at"
    return UsageError(
        f"nothing says how to log in, and {why}", hint=f"pass {cloud}, {user}, or --endpoint URL if you have a token"
    )


def _ask_choice(session: Session, clouds: CloudList) -> str | _Other:
    note = session.output.print_note
    if clouds.names:
        note(f"Log in with a cloud of {clouds.path}, or in another way:")
    elif clouds.path:
        why = f"cannot be read: {clouds.problem}" if clouds.problem else "has no cloud to log in with"
        note(f"{clouds.path} {why}.")
    else:
        note(f"There is no clouds.yaml, which is searched for in {SEARCHED}.")
    choices: dict[str | _Other, str] = {name: hints.quote_unless_plain(name) for name in clouds.names[:_MAX_SHOWN]}
    if len(clouds.names) > _MAX_SHOWN:
        count = f"{len(clouds.names)}{' or more' if len(clouds.names) >= MAX_NAMES else ''}"
        note(f"These are {_MAX_SHOWN} of its {count} clouds; --cloud takes all of them.")
    question, another = ("Number or name", "another cloud") if choices else ("Number", "a cloud")
    choices[_Other.PASSWORD] = f"{another}: its address, a user and a password"
    choices[_Other.TOKEN] = "a token that you have already"
    choices[_Other.ACCESS_KEY] = "an access key (AK/SK) of Open Telekom Cloud or Huawei Cloud"
    choice = ask_choice(session.output, question, choices)
    return choice if isinstance(choice, _Other) else _require(session, choice, "way to log in was chosen")


def _ask_user(session: Session, options: LoginOptions) -> LoginOptions:
    output = session.output
    output.print_note(f"The identity service (Keystone) of the cloud, such as {AUTH_URL.example}")
    known = session.environ.get("OS_AUTH_URL", "")
    url = _ask_url(session, "Identity service URL", AUTH_URL._replace(sent="the password"), known)
    username = _require(session, ask_line(output, "User"), "user was entered", {"--auth-url": url})
    user_domain = options.user_domain or ask_line(output, "Domain of the user", "Default")
    project = options.project or ask_line(output, "Project, by name or ID (empty: your default)")
    return replace(
        options,
        auth_url=url,
        username=username,
        user_domain=None if user_domain == "Default" else user_domain,
        project=project or None,
    )


def _ask_access_key(session: Session, options: LoginOptions) -> LoginOptions:
    output = session.output
    access_key = _require(session, ask_line(output, "Access key ID"), "access key was entered")
    while True:
        region = _require(
            session, ask_line(output, "Region, such as eu-de", session.settings.region or ""), "region was entered"
        )
        if find_region(region):
            return replace(options, access_key=access_key, region=region)
        known = ", ".join(sorted(one.name for one in list_regions()))
        output.print_note(f"region {hints.quote_text(region)} is not known; the known ones are {known}")


def _ask_url(session: Session, question: str, setting: Setting, default: str = "") -> str:
    while True:
        answer = _require(session, ask_line(session.output, question, default), "URL was entered")
        try:
            check_service_url(
                answer, insecure_http=session.flags.insecure_http, setting=setting._replace(name="the URL")
            )
        except ConfigError as exc:
            session.output.print_note(f"{exc.message}; {exc.hint}")
        else:
            return answer


def _require(session: Session, answer: str, what: str, known: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return an answer that must not be empty; else the error has the command with the answers before it."""
    if answer:
        return answer
    again = TypedCommand(session.context).build({}, {**known, "--username": "NAME"} if known else {})
    raise AuthError(
        f"no {what}, so you are not logged in", hint=f"{again} asks {'for the password' if known else 'again'}"
    )


def _ask_default(session: Session) -> bool:
    current = session.file.default_profile or DEFAULT_PROFILE
    if session.profile == current:
        return False
    profile, instead_of = hints.quote_text(session.profile), hints.quote_text(current)
    return ask_yes(session.output, f"Make {profile} the default profile, instead of {instead_of}?")
