"""The image and the project that a command is about, as the user gave them."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from imgshare_cli.api.models import is_image_id
from imgshare_cli.errors import (
    AuthError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    ServiceError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member
    from imgshare_cli.cli.session import Session


class ShareTarget:
    """An image, and optionally a project that it is shared with.

    Args:
        session: the run.
        image: the image's ID, or its name.
        member: the project's ID; None is the project of the token.
        command: the command, which decides whether the beginning of an ID will do.
        is_listed: whether the image may be one that a list has shown, and so be named by the beginning of its ID.
    """

    def __init__(
        self, session: Session, image: str, member: str | None = None, *, command: str, is_listed: bool = True
    ) -> None:
        if member is not None and not member.strip():
            raise UsageError("MEMBER is empty", hint="omit it to decide for your own project")
        self.image = image
        self._session = session
        self._member = member
        self._command = command
        self._is_listed = is_listed
        self._prefixed_id: str | None = None
        self._is_prefix_checked = False
        self._resolved_id: str | None = None
        self._image: Image | None = None
        self._share: Member | None = None

    @property
    def member_id(self) -> str | None:
        """The project ID, if it is known."""
        return self._member or self._session.member_id

    @property
    def is_own_member(self) -> bool:
        """Whether MEMBER is left out, or is certainly the user's own project."""
        return self._member in {None, self._session.member_id}

    @property
    def is_given_by_name(self) -> bool:
        """Whether IMAGE was looked up by its name; the beginning of an ID is of an image that a list has shown."""
        return self._resolved_id is not None and self._prefixed_id is None

    @property
    def answers_people(self) -> bool:
        """Whether the answer is for a person at a terminal, who is told more than what was asked for."""
        return not self._session.output.as_json and self._session.output.is_at_terminal()

    @property
    def known_image(self) -> Image | None:
        """What is known of the image so far, without another request."""
        return self._image

    @property
    def known_share(self) -> Member | None:
        """The share as it was before the decision, where that was found out."""
        return self._share

    def resolve_image_id(self, *, owner: str | None = None, own: bool = False) -> str:
        """Return the image's ID; a name is looked up at each call, the beginning of an ID once.

        Args:
            owner: the project that must own the image of this name.
            own: whether the project's own images of this name come before those shared with it.

        Raises:
            UsageError: several images have the name, it is not a valid name, or it may be the beginning of several IDs.
            NotFoundError: no image has it.
        """
        if is_image_id(self.image):
            return self.image
        from imgshare_cli.cli import id_prefixes

        if not id_prefixes.is_id_prefix(self.image):
            return self._look_up_name(owner=owner, own=own)
        # Once: a list that is shown meanwhile must not give it another meaning.
        if self._is_listed and not self._is_prefix_checked:
            self._prefixed_id = id_prefixes.resolve_id_prefix(self._session, self.image, self._command)
            self._is_prefix_checked = True
        if self._prefixed_id:
            self._resolved_id = self._prefixed_id
            return self._prefixed_id
        try:
            return self._look_up_name(owner=owner, own=own)
        except NotFoundError as exc:
            raise id_prefixes.explain_unknown_prefix(
                self._session, self.image, self._command, self._member, exc
            ) from exc

    def _look_up_name(self, *, owner: str | None, own: bool) -> str:
        from imgshare_cli.cli.owner_names import describe_owner
        from imgshare_cli.shares.image_lookup import AmbiguousNameError, find_named_image

        session = self._session
        try:
            self._image = find_named_image(
                session.client,
                self.image,
                session.member_id,
                owner=owner,
                own=own,
                with_members=self._command == "members",
                describe_owner=partial(describe_owner, session),
            )
        except AmbiguousNameError as exc:
            from imgshare_cli.cli.candidate_images import describe_images
            from imgshare_cli.cli.typed_command import TypedCommand

            # Images of owners that the user has named come first.
            named = session.file.owners.ids.values()
            candidates = sorted(exc.candidates, key=lambda candidate: candidate.image.owner not in named)
            lines = describe_images(session, candidates)
            whole = TypedCommand(session.context).build({"image": "ID"})
            raise exc.replace(details=lines, hint=f"use the ID of the one you mean: {whole}") from exc
        self._resolved_id = self._image.id
        return self._resolved_id

    def get_image(self, image_id: str) -> Image:
        """Ask the service for the image, and remember it."""
        self._image = self._session.client.get_image(image_id)
        return self._image

    def find_image(self, image_id: str) -> Image | None:
        """Return what is known of the image, with a request unless it was found before; None where that is refused.

        A token may be allowed to decide and nothing else, and what is wrong with another one, the decision says.
        """
        client = self._session.client  # without a login, that is the error
        if self._image is None:
            try:
                self._image = client.get_image(image_id)
            except (AuthError, ServiceError):
                return None
        return self._image

    def find_share(self, image_id: str) -> Member | None:
        """Ask the service for the share, and remember it; None where the image was not seen, or that is refused.

        What a share was before a decision, the answer to the decision does not say.
        """
        from imgshare_cli.shares.decisions import get_share

        self._share = None
        if self._image is not None:
            with suppress(AuthError, ServiceError):
                self._share = get_share(self._session.client, image_id, self.member_id)
        return self._share

    @contextmanager
    def explain_refusal(self, command: str) -> Iterator[None]:
        """Find out why, where the service refuses what is done with the share in the `with` block.

        Args:
            command: the command that does it.
        """
        try:
            yield
        except (ForbiddenError, NotFoundError, RefusedError) as exc:
            from imgshare_cli.cli.refusals import explain_error

            image_id = self.image if is_image_id(self.image) else self._resolved_id
            if explained := explain_error(self._session, exc, command, image_id, self.member_id):
                raise explained from exc
            raise
