"""What to say to a user who is not logged in: what is missing, and the commands that log in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.service_kind import ServiceKind, find_service_kind
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.config.settings import build_profile_option
from imgshare_cli.errors import ConfigError, ImgshareError, NotLoggedInError
from imgshare_cli.spelling import find_close

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typer

    from imgshare_cli.auth.cloud_names import CloudList
    from imgshare_cli.config.config_file import ConfigFile
    from imgshare_cli.config.settings import Flags, Settings

_MAX_NAMED = 3


@dataclass(frozen=True)
class Attempt:
    """A run that found no login.

    Attributes:
        context: its command line, as typer has parsed it.
        flags: its common options.
        settings: its settings.
        environ: its environment.
        file: the config file.
    """

    context: typer.Context
    flags: Flags
    settings: Settings
    environ: Mapping[str, str]
    file: ConfigFile


def explain_missing_login(error: NotLoggedInError, attempt: Attempt) -> ImgshareError:
    """Create the error for a run that found no login, with the commands that log in.

    Args:
        error: what the search for a credential ended with.
        attempt: the run.
    """
    from imgshare_cli.auth.cloud_names import list_clouds

    # Who has logged in before needs to do so again, and no image service.
    is_new = not attempt.settings.endpoint and attempt.settings.profile not in attempt.file.profiles
    clouds = list_clouds(attempt.environ)
    is_without_keyring = getattr(error.__cause__, "is_absent", False)
    if error.__cause__ and not is_without_keyring and not is_new:
        return error  # a keyring that is locked may hold a login
    if attempt.environ.get("OS_AUTH_URL") and not attempt.settings.openstack:
        failure = "not logged in: OS_AUTH_URL is set, but neither OS_USERNAME nor OS_APPLICATION_CREDENTIAL_ID"
        return (ConfigError if is_new else NotLoggedInError)(failure, hint=_build_user_hint(attempt, clouds))
    hint = _build_cloud_hint(attempt, clouds) if clouds.names else _build_login_hint(attempt)
    if is_new:
        return ConfigError("not logged in: no cloud, image service or token is set", hint=hint)
    if is_without_keyring and not clouds.names:
        return error  # its hint says how to do without one
    if is_without_keyring:
        return NotLoggedInError("not logged in: IMGSHARE_TOKEN is not set, and no cloud is chosen", hint=hint)
    return error.replace(hint=hint)


def create_endpoint_error(settings: Settings) -> ConfigError:
    """Create the error for a run that has a token, and nothing that names an image service."""
    return ConfigError("no endpoint: no image service is configured", hint=_build_endpoint_hint(settings))


def _build_endpoint_hint(settings: Settings) -> str:
    if settings.environment_login and (settings.cloud or settings.openstack):
        return f"{settings.environment_login.source} overrides the cloud: unset it, or set IMGSHARE_ENDPOINT"
    keep = hints.build_command(
        "config", "set", "endpoint", "URL", *hints.build_options(build_profile_option(settings.profile))
    )
    return f"set IMGSHARE_ENDPOINT, pass --endpoint URL, or run {keep}"


def _build_cloud_hint(attempt: Attempt, clouds: CloudList) -> str:
    from imgshare_cli.auth.cloud_names import format_names

    names = format_names(clouds.names, _MAX_NAMED)
    log_in = _build_login_command(attempt)
    return (
        f"run {_build_same_command(attempt, clouds.names[0])}, or {log_in} to stay logged in; {clouds.path} has {names}"
    )


def _build_login_hint(attempt: Attempt) -> str:
    endpoint, service = attempt.settings.endpoint, attempt.settings.service
    token = "IMGSHARE_TOKEN" if endpoint else "IMGSHARE_ENDPOINT and IMGSHARE_TOKEN"
    is_ims = endpoint is not None and find_service_kind(service, endpoint) is ServiceKind.IMS
    keys = ", or IMGSHARE_ACCESS_KEY and IMGSHARE_SECRET_KEY" if is_ims else ""
    return f"run {_build_login_command(attempt)}, or set OS_CLOUD, or {token}{keys}"


def _build_user_hint(attempt: Attempt, clouds: CloudList) -> str:
    from imgshare_cli.auth.cloud_names import SEARCHED

    auth_url = hints.build_options({"--auth-url": attempt.environ["OS_AUTH_URL"]})
    profile = hints.build_options(build_profile_option(attempt.settings.profile))
    log_in = hints.build_command("login", *auth_url, "--username", "NAME", *profile)
    if clouds.names:
        cloud = f"run {_build_same_command(attempt, clouds.names[0])}"
    else:
        cloud = f"write a clouds.yaml, which is searched for in {SEARCHED}"
    return f"set OS_USERNAME and OS_PASSWORD, run {log_in}, or {cloud}"


def _build_login_command(attempt: Attempt) -> str:
    options = {**build_profile_option(attempt.settings.profile), "--endpoint": attempt.flags.endpoint}
    return hints.build_command("login", *hints.build_options(options))


def _build_same_command(attempt: Attempt, cloud: str) -> str:
    """Build the command that was typed, with a cloud to log in with."""
    return TypedCommand(attempt.context).build({}, {"--cloud": cloud})


def suggest_login(word: str, environ: Mapping[str, str]) -> str | None:
    """Suggest the option that takes a cloud or an address; None for a word that may be a token."""
    from imgshare_cli.auth.cloud_names import list_clouds

    if close := find_close(word, list_clouds(environ).names, count=1):
        return f"did you mean {hints.build_command('login', *hints.build_options({'--cloud': close[0]}))}?"
    if not word.startswith(("http://", "https://")) or "@" in word:
        return None
    address = hints.quote_word(word, "URL")
    user = hints.build_command("login", "--auth-url", address, "--username", "NAME")
    token = hints.build_command("login", "--endpoint", address)
    return f"{user} logs in there with a password, and {token} with a token for an image service"
