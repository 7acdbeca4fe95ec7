"""What a command is about: the image and the project, as they were given."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from imgshare_cli.api.models import is_image_id
from imgshare_cli.errors import ForbiddenError, NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.cli.session import Session
    from imgshare_cli.errors import ImgshareError


class ShareTarget:
    """An image, and perhaps a project that it is shared with.

    Args:
        session: the run.
        image: the image's ID, or its name.
        member: the project's ID; None is our own.
    """

    def __init__(self, session: Session, image: str, member: str | None = None) -> None:
        if member is not None and not member.strip():
            raise UsageError("MEMBER is empty", hint="leave it out to decide for your own project")
        self.image = image
        self._session = session
        self._member = member
        self._found: str | None = None

    @property
    def member_id(self) -> str | None:
        """The project, if it is known."""
        return self._member or self._session.member_id

    def image_id(self, *, owner: str | None = None, own: bool = False) -> str:
        """The image's ID; a name is looked up each time.

        Args:
            owner: the project that an image of this name must be from.
            own: whether our own images of this name come before those that are shared with us.

        Raises:
            UsageError: several images have the name, or none can have it.
            NotFoundError: none has it.
        """
        if is_image_id(self.image):
            return self.image
        from imgshare_cli.shares.image_lookup import resolve_image_name

        session = self._session
        self._found = resolve_image_name(session.client, self.image, session.member_id, owner=owner, own=own)
        return self._found

    @contextmanager
    def explained(self, command: str) -> Iterator[None]:
        """Around what is done with the share: where the service refuses it, find out why.

        Args:
            command: what does it.
        """
        try:
            yield
        except (ForbiddenError, NotFoundError) as exc:
            if exc.because:
                self._explain(exc, command)
            raise

    def _explain(self, error: ImgshareError, command: str) -> None:
        from imgshare_cli.diagnosis.explain import explain_refusal
        from imgshare_cli.diagnosis.findings import Attempt
        from imgshare_cli.diagnosis.probe import ProbeClients

        session = self._session
        credential = session.credential
        image_id = self.image if is_image_id(self.image) else self._found
        attempt = Attempt(command, image_id, self.member_id, error.http_status, credential.project_id, session.flags)
        clients = ProbeClients(session.settings, credential, session.endpoint, session.connections)
        explain_refusal(error, attempt, clients)
