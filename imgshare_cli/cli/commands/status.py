"""`status`: who we are to the service."""

from __future__ import annotations

import time

from imgshare_cli.cli.options import with_session, world
from imgshare_cli.cli.session import Session
from imgshare_cli.errors import ImgshareError, NotLoggedInError

_TROUBLE = {"auth": "does not take the token", "unavailable": "cannot be used"}


@with_session(world)
def status(session: Session) -> None:
    """Show who you are to the service, and whether it takes it.

    That is: the profile, the project and its roles, the endpoint, where the token comes from and how long it
    lasts; never the token.
    """
    try:
        endpoint, grant = session.endpoint, session.access.grant
    except NotLoggedInError:
        if not session.output.as_json:
            session.output.record({"profile": session.profile, "endpoint": session.endpoint, "token_source": "none"})
        raise
    known = {
        "profile": session.profile,
        "cloud": grant.cloud,
        "user": grant.user,
        "project_name": grant.project_name,
        "project_id": session.member,
        "roles": list(grant.roles),
        "endpoint": endpoint,
        "credentials": grant.came_by(),
        "token_source": grant.source,
        "expires_at": grant.expires_at,
    }
    started = time.monotonic()
    try:
        session.client.check()
    except ImgshareError as exc:
        if not session.output.as_json:
            session.output.record({**known, "service": _TROUBLE.get(exc.code, "says no")})
        raise
    session.output.record({**known, "service": "ok", "latency_ms": round((time.monotonic() - started) * 1000)})
