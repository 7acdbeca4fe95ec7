"""`status`: who we are to the service."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from imgshare_cli import hints
from imgshare_cli.api.timestamps import format_timestamp
from imgshare_cli.cli.options import common_options, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.config.settings import build_profile_option
from imgshare_cli.errors import ImgshareError, NotLoggedInError, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.api.credential import Credential

_SERVICE_STATES = {"auth": "{kind} rejected", "unavailable": "unavailable"}


@with_session(common_options)
def status(session: Session) -> None:
    """Show your login and check that it works.

    Shows the profile, the project and your roles in it, the endpoint, where the token comes from and when it expires,
    but never the token itself.
    """
    try:
        endpoint, credential = session.endpoint, session.credential
    except NotLoggedInError:
        if not session.output.as_json:
            record = {"profile": session.profile, "endpoint": session.settings.endpoint, "token_source": "none"}
            _print_record(session, record)
        raise
    known = {
        "profile": session.profile,
        "cloud": credential.cloud,
        "user": credential.user,
        "project_name": credential.project_name,
        "project_id": session.member_id,
        "roles": list(credential.roles),
        "endpoint": endpoint,
        "credentials": credential.login_method,
        "token_source": credential.source,
        "expires_at": format_timestamp(credential.expires_at),
    }
    if not session.output.as_json and known["credentials"] == known["token_source"]:
        del known["credentials"]  # a variable is both
    started = time.monotonic()
    try:
        session.client.check_token()
    except ImgshareError as exc:
        if not session.output.as_json:
            _print_record(session, {**known, "service": _name_state(exc, credential)})
        raise
    if not (session.member_id or session.output.as_json):
        profile = hints.build_options(build_profile_option(session.profile))
        keep = hints.build_command("config", "set", "project_id", "ID", *profile)
        session.output.print_note(f"note: the token does not tell your project; --project ID or {keep} names it")
    latency = round((time.monotonic() - started) * 1000)
    kind = session.client.service_kind
    _print_record(
        session, {**known, "service": "ok", "service_kind": kind.value if kind else None, "latency_ms": latency}
    )


def _name_state(error: ImgshareError, credential: Credential) -> str:
    if error.reason is Reason.CLOCK:
        return "signature rejected"
    return _SERVICE_STATES.get(error.code, "refused").format(kind=credential.kind)


def _print_record(session: Session, record: Mapping[str, Any]) -> None:
    """Print names and values: all of them as JSON, or those that are known."""
    if session.output.as_json:
        session.output.print_json(record)
        return
    known = [(name, value) for name, value in record.items() if value is not None and value != []]
    session.output.print_fields(
        [(name, ", ".join(map(str, v)) if isinstance(v, list) else str(v)) for name, v in known]
    )
