"""What logs in again after `logout`, and how to end that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.config.precedence import resolve_settings
from imgshare_cli.config.settings import build_profile_option
from imgshare_cli.errors import ImgshareError

if TYPE_CHECKING:
    from imgshare_cli.cli.session import Session
    from imgshare_cli.config.settings import Settings


def find_remaining_login(session: Session) -> str | None:
    """Find where the next command of the profile would get a token, as a sentence; None where it needs a login."""
    # The next command is not given a cloud: what it uses then is what the user may have forgotten.
    try:
        settings = resolve_settings(replace(session.flags, cloud=None), session.environ, session.file, new_profile=True)
    except ImgshareError:
        return None  # nor can the next command use them
    profile = hints.build_options(build_profile_option(settings.profile))
    if login := settings.environment_login:
        kind = "token" if login is settings.environment_token else "access key"
        return f"{login.source} is set, and the next command uses that {kind}; unset {login.source} ends that"
    if settings.cloud or settings.openstack:
        return _describe_cloud(session, settings, profile) if _is_login_complete(settings) else None
    if settings.profile_token:
        forget = hints.build_command("config", "unset", "token", *profile)
        return f"the next command uses the token in {session.file.path}; {forget} ends that"
    if settings.sdk_key and _is_sdk_key_used(settings):
        source = settings.sdk_key.source
        return f"{source} is set, and the next command uses that access key; unset {source} ends that"
    return None


def _is_sdk_key_used(settings: Settings) -> bool:
    from imgshare_cli.auth.key_place import check_sdk_place

    try:
        check_sdk_place(settings)
    except ImgshareError:
        return False
    return True


def _is_login_complete(settings: Settings) -> bool:
    """Whether a cloud or OS_* has all that a login needs, a password included."""
    from imgshare_cli.auth.login import check_cloud

    try:
        check_cloud(settings)
    except ImgshareError:
        return False
    return True


def _describe_cloud(session: Session, settings: Settings, profile: list[str | hints.Word]) -> str:
    if not settings.cloud:
        return "the next command logs in again with OS_*; unset OS_AUTH_URL ends that"
    from imgshare_cli.auth.cloud_names import list_clouds

    where = f"cloud {settings.cloud!r} of {list_clouds(session.environ).path or 'clouds.yaml'}"
    unset = hints.build_command("config", "unset", "cloud", *profile)
    end = "unset OS_CLOUD" if session.environ.get("OS_CLOUD") else unset
    return f"the next command logs in again with {where}; {end} ends that"
