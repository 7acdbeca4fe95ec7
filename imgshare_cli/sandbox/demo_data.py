"""The demo data: named projects, and realistic images that they share."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from imgshare_cli.sandbox.demo_images import NIGHTLY_IMAGE
from imgshare_cli.sandbox.records import ImageRecord, MemberRecord
from imgshare_cli.sandbox.tokens import Caller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from imgshare_cli.sandbox.demo_images import DemoImage
    from imgshare_cli.sandbox.records import ImageAttributes
    from imgshare_cli.sandbox.store import ImageStore
    from imgshare_cli.sandbox.tokens import TokenStore

# IDs depend only on names, so that documents and scripts can contain them.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "imgshare-sandbox")
_DAY = 24 * 60 * 60 * 1_000_000
_DECIDED_AFTER = 2 * _DAY


@dataclass(frozen=True, slots=True)
class Identity:
    """A project in the sandbox, with a token for it."""

    name: str
    project_id: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SharedImage:
    """An image that is shared with you."""

    image_id: str
    name: str
    owner: str
    status: str


def create_identities(tokens: TokenStore) -> dict[str, Identity]:
    """Create your project and those of two owners, each with a token for the role `member`."""
    return {name: _create_identity(name, tokens) for name in ("you", "platform", "vendor")}


def create_id(name: str) -> str:
    """Create the ID of the demo image, or of anything else, with this name."""
    return str(uuid.uuid5(_NAMESPACE, name))


@dataclass(frozen=True, slots=True)
class DemoLoader:
    """Loads demo images into a store.

    Attributes:
        store: where they go.
        identities: their owners, and you.
        build_attributes: builds what the image service shows of one.
    """

    store: ImageStore
    identities: dict[str, Identity]
    build_attributes: Callable[[DemoImage], ImageAttributes]

    def load_images(self, demo_images: Sequence[DemoImage], extra_images: int) -> None:
        """Load these images, the oldest first, and a number of extra pending ones."""
        now = time.time_ns() // 1000
        you = self.identities["you"].project_id
        images = chain(self._build_images(demo_images, now), self._build_extra_images(extra_images, now))
        try:
            for image, status in images:
                created_at = image.created_at
                decided_at = created_at if status == "pending" else created_at + _DECIDED_AFTER
                members = [MemberRecord(image.id, you, status, created_at, decided_at)] if status else []
                self.store.load_image(image, *members)
        except MemoryError:
            # Where nothing at all is left, Python 3.11 never gets out of a `with` block.
            self.store.clear()
            raise

    def _build_images(self, demo_images: Sequence[DemoImage], now: int) -> Iterator[tuple[ImageRecord, str | None]]:
        for demo_image in demo_images:
            created_at = now - demo_image.days_ago * _DAY
            image = ImageRecord(
                id=create_id(demo_image.name),
                name=demo_image.name,
                owner=self.identities[demo_image.owner].project_id,
                visibility=demo_image.visibility,
                os_hidden=demo_image.os_hidden,
                created_at=created_at,
                updated_at=created_at,
                attributes=self.build_attributes(demo_image),
            )
            yield image, demo_image.status

    def _build_extra_images(self, count: int, now: int) -> Iterator[tuple[ImageRecord, str]]:
        # All of these have the same attributes, so they share one object.
        attributes = self.build_attributes(NIGHTLY_IMAGE)
        for number in range(1, count + 1):
            created_at = now - (count - number) - 1
            name = f"nightly-{number:06}"
            image = ImageRecord(
                id=create_id(name),
                name=name,
                owner=self.identities["platform"].project_id,
                visibility="shared",
                os_hidden=False,
                created_at=created_at,
                updated_at=created_at,
                attributes=attributes,
            )
            yield image, "pending"


def _create_identity(name: str, tokens: TokenStore) -> Identity:
    project_id = uuid.uuid5(_NAMESPACE, f"project {name}").hex
    return Identity(name, project_id, tokens.issue(Caller.with_roles(project_id, "member")))
