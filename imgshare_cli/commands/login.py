"""`login` and `logout`: keep a token, forget it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import configfile, credentials, prompt
from imgshare_cli.options import with_session, world
from imgshare_cli.session import Session

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

    from imgshare_cli.config import Settings


@with_session(world)
def login(session: Session) -> None:
    """Store a token that the service takes in the keyring.

    The token is asked for without showing it, or read from standard input where that is no terminal.
    """
    settings = _settings(session)
    endpoint = session.endpoint
    token = credentials.checked(prompt.secret(f"Token for {endpoint} (hidden):"), "your input")
    session.client_with(token).check()
    credentials.store(settings, token, lambda: session.output.note("waiting for your keyring to be unlocked…"))
    _remember_endpoint(session, settings)
    session.output.note(f"stored a token for {endpoint} in the keyring, profile {settings.profile!r}")
    if settings.environment_token:
        session.output.note(f"note: {settings.environment_token.source} is set, and wins over the stored token")


def _settings(session: Session) -> Settings:
    session.new_profile = True
    return session.settings


def _remember_endpoint(session: Session, settings: Settings) -> None:
    """So that the next command needs no more than the profile."""
    known = session.file.profiles.get(settings.profile, {}).get("endpoint")
    if known and not session.flags.endpoint:
        return

    def change(document: TOMLDocument) -> None:
        configfile.put(document, ("profiles", settings.profile, "endpoint"), session.endpoint)

    configfile.edit(session.file.path, change)


@with_session(world)
def logout(session: Session) -> None:
    """Forget the token that is stored for a profile."""
    settings = _settings(session)
    there = credentials.forget(settings, lambda: session.output.note("waiting for your keyring to be unlocked…"))
    said = "forgot the token of" if there else "there was no token stored for"
    session.output.note(f"{said} profile {settings.profile!r}")
