"""The choice of how to log in, by the options of `imgshare login` and the settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from imgshare_cli.errors import AuthError

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
    ACCESS_KEY = auto()
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
        access_key: the access key to log in with.
        region: the region of that key.
    """

    auth_url: str | None = None
    username: str | None = None
    user_domain: str | None = None
    project: str | None = None
    project_domain: str | None = None
    application_credential_id: str | None = None
    access_key: str | None = None
    region: str | None = None


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
    completed = options
    if method is not LoginMethod.ACCESS_KEY:  # the region tells where that key is known
        completed = replace(options, auth_url=options.auth_url or environ.get("OS_AUTH_URL"))
    if method is LoginMethod.CLOUD:
        return LoginPlan(method, completed, settings, must_store=False)
    own = replace(settings, cloud=None, openstack=False)
    if method is LoginMethod.ACCESS_KEY:
        own = replace(own, region=options.region or settings.region)
    if method is not LoginMethod.TOKEN and not settings.is_endpoint_named:
        own = replace(own, endpoint=None)  # the profile's is that of another login, and must not get this token
    return LoginPlan(method, completed, own, must_store=True)


def _choose_method(options: LoginOptions, settings: Settings) -> LoginMethod:
    """Choose the method that the options ask for, else the cloud of the settings, else a token."""
    if options.access_key is not None:
        return LoginMethod.ACCESS_KEY
    if options.application_credential_id:
        return LoginMethod.APPLICATION_CREDENTIAL
    if options.auth_url or options.username:
        return LoginMethod.PASSWORD
    return LoginMethod.CLOUD if settings.cloud or settings.openstack else LoginMethod.TOKEN


def is_login_open(options: LoginOptions, settings: Settings) -> bool:
    """Whether neither the options of the command nor the settings say how to log in."""
    return _choose_method(options, settings) is LoginMethod.TOKEN and settings.endpoint is None
