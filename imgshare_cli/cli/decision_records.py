"""Records decisions in the decision log, with what is known of them without a further request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api.models import MAX_ID, MAX_NAME
from imgshare_cli.api.timestamps import format_now
from imgshare_cli.shares.decisions import was_decided_before

if TYPE_CHECKING:
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member, Status
    from imgshare_cli.batch.fleet import ProjectAccess
    from imgshare_cli.cli.session import Session


def record_decision(  # noqa: PLR0913  (what may be known of a decision)
    session: Session,
    member: Member,
    *,
    image: Image | None = None,
    old_status: Status | None = None,
    rule: str | None = None,
    access: ProjectAccess | None = None,
) -> bool:
    """Record a decision that has been made; what certainly changed nothing is none, and no failure gets out of here.

    Args:
        session: the run.
        member: the share, as the service answered with it.
        image: the image, where more than its ID is known.
        old_status: the status of the share before, where that is known.
        rule: the name of the rule that decided, where one did.
        access: the project of a fleet that decided.

    Returns:
        Whether it is in the log now.
    """
    if old_status is member.status:
        return False
    # A request that is sent again may find what it did itself.
    if old_status is None and was_decided_before(member, session.settings.timeout):
        return False
    if (log := session.decision_log) is None:
        return False
    # Built here, and not as a `LogEntry`: to make that class takes a third of what a decision may take.
    return log.append(
        {
            "time": format_now(),
            **_describe_login(session, access),
            "image_id": member.image_id,
            "member_id": member.member_id,
            "name": _clean(session, image.name, MAX_NAME) if image else None,
            "owner": _clean(session, image.owner, MAX_ID) if image else None,
            "hash": _clean(session, image.hash, MAX_ID) if image else None,
            "old_status": old_status,
            "new_status": member.status,
            "command": session.context.info_name,
            "rule": _clean(session, rule, MAX_ID),
            "request_id": _clean(session, member.request_id, MAX_ID),
        }
    )


def _describe_login(session: Session, access: ProjectAccess | None) -> dict[str, str | None]:
    """Describe which project decided, at which service, and as which user."""
    if access and (service := access.project.service):
        credential = service.login.get_credential()
        cloud, project_id = access.project.cloud or credential.cloud, access.project.id
        endpoint = service.endpoint
    else:
        credential = session.credential
        cloud, project_id = credential.cloud, credential.project_id or session.settings.project_id
        endpoint = session.endpoint
    return {
        "cloud": _clean(session, cloud, MAX_ID),
        "endpoint": endpoint,
        "project_id": _clean(session, project_id, MAX_ID),
        "user": _clean(session, credential.user, MAX_ID),
    }


def _clean(session: Session, text: str | None, limit: int) -> str | None:
    """Return a text of a service without secrets, which it may repeat; None for one that is longer than it can be."""
    return session.output.redact(text) if text and len(text) <= limit else None
