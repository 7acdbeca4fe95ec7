"""`status`: who we are to the service."""

from __future__ import annotations

from imgshare_cli.errors import ImgshareError
from imgshare_cli.options import with_session, world
from imgshare_cli.session import Session

_TROUBLE = {"auth": "does not take the token", "unavailable": "cannot be used"}


@with_session(world)
def status(session: Session) -> None:
    """Show who you are to the service, and whether it takes it.

    That is: the profile, the endpoint, and where the token comes from; never the token.
    """
    known = {"profile": session.settings.profile, "endpoint": session.endpoint, "token_source": session.token.source}
    try:
        session.client.check()
    except ImgshareError as exc:
        if not session.output.as_json:
            session.output.fields({**known, "service": _TROUBLE.get(exc.code, "says no")})
        raise
    session.output.record({**known, "service": "ok"})
