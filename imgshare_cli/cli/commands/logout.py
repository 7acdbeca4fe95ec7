"""`logout`: remove the stored credentials of a profile and revoke them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from imgshare_cli.api.timestamps import format_timestamp
from imgshare_cli.auth.logout import find_identity_service, list_stores, remove_credential, revoke_credential
from imgshare_cli.cli.login_storage import note_waiting
from imgshare_cli.cli.logout_notes import find_remaining_login
from imgshare_cli.cli.options import common_options, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.config.precedence import create_profile_error
from imgshare_cli.config.settings import DEFAULT_PROFILE
from imgshare_cli.errors import AuthError, ConfigError, ImgshareError

if TYPE_CHECKING:
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.auth.logout import Removal


@with_session(common_options, new_profile=True)
def logout(session: Session) -> None:
    """Remove the stored token of a profile and revoke it.

    Also removes the tokens that earlier logins of the profile left: in another store, for its cloud or for OS_*.
    """
    profile, removals = session.profile, _remove_credentials(session)
    if not removals and profile != DEFAULT_PROFILE and profile not in session.file.profiles:
        raise create_profile_error(profile, session.file)
    revoked = [_note_removal(session, removal.credential) for removal in removals]
    if session.output.as_json:
        result = "removed" if removals else "nothing_stored"
        session.output.print_json({"profile": profile, "result": result, "revoked": bool(revoked) and all(revoked)})
    elif not removals:
        session.output.print_note(f"no token is stored for profile {profile!r}")
    if not session.output.as_json and (remaining := find_remaining_login(session)):
        session.output.print_note(f"note: {remaining}")


def _remove_credentials(session: Session) -> list[Removal]:
    removals = []
    waiting = partial(note_waiting, session)
    for group in list_stores(session.settings, session.environ, session.file, waiting=waiting):
        for store in group.stores:
            try:
                removal = remove_credential(store, session.settings)
            except (AuthError, ConfigError) as exc:
                if group.is_configured and not getattr(exc, "is_absent", False):
                    raise
                session.debug(f"{exc.message}; nothing is removed there")
                break
            removals += [removal] if removal.was_stored else []
    return removals


def _note_removal(session: Session, credential: Credential | None) -> bool:
    """Say what was removed, and revoke it; return whether it is revoked."""
    whose = f" for {credential.user} in {credential.project_name}" if credential and credential.user else ""
    if not session.output.as_json:
        kind = credential.kind if credential else "token"
        session.output.print_note(f"removed the {kind} of profile {session.profile!r}{whose}")
    if credential is None:
        session.output.print_note("note: it could not be read, so it is not revoked, and stays valid until it expires")
        return False
    return _revoke(session, credential)


def _revoke(session: Session, credential: Credential) -> bool:
    note = session.output.print_note
    if credential.access_key_id:
        note(f"note: access key {credential.access_key_id} stays valid until it is deleted in the cloud's console")
        return False
    until = f"until {format_timestamp(credential.expires_at)}" if credential.expires_at else "until it expires"
    auth_url = find_identity_service(credential, session.environ)
    try:
        is_revoked = bool(auth_url) and revoke_credential(credential, str(auth_url), session.connections)
    except ImgshareError as exc:
        note(f"note: it stays valid {until}: {exc.message}")
        return False
    if is_revoked and not session.output.as_json:
        note(f"revoked it at {auth_url}")
    elif not is_revoked and credential.header == "X-Auth-Token":
        note(f"note: it was only removed here, and stays valid {until}: its identity service is not known")
    return is_revoked
