"""What is found out about a refusal of the image service: for which errors, and with which clients."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.diagnosis.attempt import Attempt
from imgshare_cli.diagnosis.explain import explain_refusal
from imgshare_cli.diagnosis.probe import ProbeClients
from imgshare_cli.errors import ForbiddenError, ImgshareError, Reason, RefusedError

if TYPE_CHECKING:
    from imgshare_cli.cli.session import Session


def explain_error(
    session: Session, error: ImgshareError, command: str, image_id: str | None, member_id: str | None
) -> ImgshareError | None:
    """Create a copy of an error that says why the service refused, or None where it needs no more.

    Args:
        session: the run.
        error: the error.
        command: the command that it ended.
        image_id: the image; None where its name could not be looked up.
        member_id: the project to decide for, if there was one.
    """
    # Only a refusal by the service has an explanation; our own errors need none. Of what IMS refuses in its own words,
    # more requests only tell which project was meant.
    is_plain = isinstance(error, RefusedError) and error.reason is not Reason.PROJECT
    if not error.explanation or is_plain:
        return None
    credential = session.credential
    # IMS refuses with 400, and its code says what it means.
    status = HTTPStatus.FORBIDDEN if isinstance(error, ForbiddenError) else HTTPStatus.NOT_FOUND
    attempt = Attempt(
        command, image_id, member_id, status, credential.project_id, TypedCommand(session.context).options
    )
    kind = session.client.service_kind
    clients = ProbeClients(session.settings, credential, session.endpoint, session.connections, kind)
    return explain_refusal(error, attempt, clients)
