"""What `imgshare login` says about a login: where it goes, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.timestamps import format_timestamp
from imgshare_cli.auth.store import name_store
from imgshare_cli.config.settings import build_profile_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.cli.session import Session
    from imgshare_cli.config.settings import Settings


def note_endpoint(session: Session) -> None:
    """Say where the address comes from, where nobody has typed it in this run."""
    if session.flags.endpoint or not session.is_attended:
        return
    profile = hints.build_options(build_profile_option(session.profile))
    forget = hints.build_command("config", "unset", "endpoint", *profile)
    is_stored = session.file.profiles.get(session.profile, {}).get("endpoint") == session.settings.endpoint
    where = f"profile {session.profile!r}" if is_stored else "the environment"
    change = (
        f"--endpoint URL names another one, and {forget} forgets it" if is_stored else "--endpoint URL overrides it"
    )
    session.output.print_note(f"note: logging in to {session.settings.endpoint}, the endpoint of {where}; {change}")


def show_login(session: Session, settings: Settings, credential: Credential, where: str | None) -> None:
    """Show what was logged in to, and where the credential is stored."""
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
        _note_login(session, known, credential)
    if login := settings.environment_login:
        session.output.print_note(f"note: {login.source} is set, and overrides the stored {credential.kind}")


def _note_login(session: Session, known: Mapping[str, str | None], credential: Credential) -> None:
    note = session.output.print_note
    if credential.access_key_id:
        name = f"{known['project_name']} ({known['project_id']})" if known["project_name"] else known["project_id"]
        note(f"logged in with access key {credential.access_key_id} in project {name}")
    if known["user"]:
        project = f"project {known['project_name']} ({known['project_id']})"
        note(f"logged in as {known['user']} in {project}, until {known['expires_at']}")
        note(f"image service: {known['endpoint']}")
    if known["stored_in"]:
        where = name_store(known["stored_in"])
        what = "an access key" if credential.access_key_id else "a token"
        note(f"stored {what} for {known['endpoint']} in {where}, profile {known['profile']!r}")
