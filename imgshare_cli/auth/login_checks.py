"""The checks of a login before anybody is asked for a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.auth.login_method import LoginMethod
from imgshare_cli.config.known_keys import describe_expected_value
from imgshare_cli.config.service_url import AUTH_URL, check_service_url
from imgshare_cli.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from imgshare_cli.auth.login_method import LoginOptions, LoginPlan
    from imgshare_cli.config.settings import Settings


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
        "--access-key": options.access_key,
        "--region": options.region,
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
    of_others = ("--username", "--user-domain", "--project-domain", "--application-credential-id")
    if options.access_key is not None and (given := next((name for name in of_others if own[name]), None)):
        raise UsageError(
            f"--access-key and {given} cannot be used together",
            hint="an access key belongs to one user: omit one of the two",
        )
    if options.region is not None and options.access_key is None:
        raise UsageError(
            "--region needs --access-key", hint="for other logins set OS_REGION_NAME, or region in clouds.yaml"
        )


def check_login_plan(plan: LoginPlan) -> None:
    """Check that nothing is missing that the method needs, before a person is asked for a secret.

    Raises:
        UsageError: an option is missing.
        ConfigError: the address cannot be used.
    """
    method, options = plan.method, plan.options
    if method is LoginMethod.ACCESS_KEY:
        _check_access_key(options, plan.settings)
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


def _check_access_key(options: LoginOptions, settings: Settings) -> None:
    from imgshare_cli.api.credential import is_access_key_id
    from imgshare_cli.auth.key_place import find_place

    if not is_access_key_id(options.access_key or ""):
        raise UsageError("--access-key is not the ID of an access key", hint="its secret is asked for, and not shown")
    if not settings.region and settings.endpoint is None:
        raise UsageError("--region is missing", hint="add --region NAME (such as eu-de), or --endpoint URL")
    find_place(settings, {}, options.auth_url)


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
