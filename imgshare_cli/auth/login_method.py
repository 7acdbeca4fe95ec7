"""The choice of how to log in, by the options of `imgshare login` and the settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from imgshare_cli.config.known_keys import describe_expected_value
from imgshare_cli.config.service_url import AUTH_URL, check_service_url
from imgshare_cli.errors import AuthError, ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.config.settings import Settings


class ProjectMissingError(AuthError):
    """A login by the options of the command is for no project, and an option names one."""


class LoginMethod(Enum):
    """The ways to get a credential."""

    APPLICATION_CREDENTIAL = auto()
    PASSWORD = auto()
    CLOUD = auto()
    TOKEN = auto()


@dataclass(frozen=True)
class LoginOptions:
    """What the options of `imgshare login` name, called as the options are.

    Attributes:
        auth_url: the identity service.
        username: the user who logs in with a password.
        user_domain: that user's domain.
        project: the project to work in, by name or ID.
        project_domain: that project's domain.
        application_credential_id: the application credential to log in with.
    """

    auth_url: str | None = None
    username: str | None = None
    user_domain: str | None = None
    project: str | None = None
    project_domain: str | None = None
    application_credential_id: str | None = None


@dataclass(frozen=True)
class LoginPlan:
    """How to log in, and where the credential goes.

    Attributes:
        method: the way to log in.
        options: the options, completed from the environment.
        settings: the settings of the login and of the store for its credential.
        must_store: whether the login fails if the credential cannot be stored; a cloud can log in again by itself.
    """

    method: LoginMethod
    options: LoginOptions
    settings: Settings
    must_store: bool

    @property
    def cloud_name(self) -> str | None:
        """The cloud to log in with, as in a message; None for another method."""
        if self.method is not LoginMethod.CLOUD:
            return None
        return f"cloud {self.settings.cloud!r}" if self.settings.cloud else "OS_*"


def plan_login(options: LoginOptions, settings: Settings, environ: Mapping[str, str]) -> LoginPlan:
    """Plan a login by the options of the command, the settings and the environment."""
    method = _choose_method(options, settings)
    completed = replace(options, auth_url=options.auth_url or environ.get("OS_AUTH_URL"))
    if method is LoginMethod.CLOUD:
        return LoginPlan(method, completed, settings, must_store=False)
    own = replace(settings, cloud=None, openstack=False)
    if method is not LoginMethod.TOKEN and not settings.is_endpoint_named:
        own = replace(own, endpoint=None)  # the profile's is that of another login, and must not get this token
    return LoginPlan(method, completed, own, must_store=True)


def _choose_method(options: LoginOptions, settings: Settings) -> LoginMethod:
    """Choose the method that the options ask for, else the cloud of the settings, else a token."""
    if options.application_credential_id:
        return LoginMethod.APPLICATION_CREDENTIAL
    if options.auth_url or options.username:
        return LoginMethod.PASSWORD
    return LoginMethod.CLOUD if settings.cloud or settings.openstack else LoginMethod.TOKEN


def check_login_options(options: LoginOptions, cloud: str | None) -> None:
    """Check that no option contradicts another.

    Args:
        options: the options of the command.
        cloud: --cloud.

    Raises:
        UsageError: one does.
    """
    own = {
        "--auth-url": options.auth_url,
        "--username": options.username,
        "--user-domain": options.user_domain,
        "--project-domain": options.project_domain,
        "--application-credential-id": options.application_credential_id,
    }
    if cloud and (given := next((name for name, value in own.items() if value), None)):
        raise UsageError(
            f"--cloud and {given} cannot be used together",
            hint="--cloud takes the address and the user from clouds.yaml: omit one of the two",
        )
    if options.username and options.application_credential_id:
        raise UsageError(
            "--username and --application-credential-id cannot be used together",
            hint="an application credential belongs to one user: omit --username",
        )


def is_login_open(options: LoginOptions, settings: Settings) -> bool:
    """Whether neither the options of the command nor the settings say how to log in."""
    return _choose_method(options, settings) is LoginMethod.TOKEN and settings.endpoint is None


def check_login_plan(plan: LoginPlan) -> None:
    """Check that nothing is missing that the method needs, before a person is asked for a secret.

    Raises:
        UsageError: an option is missing.
        ConfigError: the address cannot be used.
    """
    method, options = plan.method, plan.options
    needed: dict[str, str | None] = {}
    if method in {LoginMethod.PASSWORD, LoginMethod.APPLICATION_CREDENTIAL}:
        needed["--auth-url"] = options.auth_url
    if method is LoginMethod.PASSWORD:
        needed["--username"] = options.username
    for name, value in needed.items():
        if not value:
            raise _create_missing_error(name)
    if needed and options.auth_url:
        is_password = method is LoginMethod.PASSWORD
        setting = AUTH_URL._replace(name="--auth-url", sent="the password" if is_password else "the secret")
        insecure_http = plan.settings.insecure_http
        check_service_url(options.auth_url, insecure_http=insecure_http, setting=setting)


def check_kept_cloud(cloud: str | None) -> None:
    """Check that the profile can keep the name of a cloud, before anything is sent.

    Args:
        cloud: the cloud that was chosen for the profile.

    Raises:
        ConfigError: its name has a control character.
    """
    if cloud and describe_expected_value(("cloud",), cloud):
        raise ConfigError(
            f"cloud {cloud!r} cannot be kept in a profile: its name has a control character",
            hint="give it another name in clouds.yaml",
        )


def _create_missing_error(option: str) -> UsageError:
    from imgshare_cli.auth.cloud_names import SEARCHED

    hints = {
        "--auth-url": "add --auth-url URL, or set OS_AUTH_URL",
        "--username": "add --username NAME or --application-credential-id ID; or use --cloud NAME with a clouds.yaml, "
        f"which is searched for in {SEARCHED}",
    }
    return UsageError(f"{option} is missing", hint=hints[option])
