"""The details of a shared image that a user needs to decide about it, or to see what was decided."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgshare_cli.errors import ForbiddenError, RefusedError, ServiceError, UnavailableError
from imgshare_cli.shares.image_checks import find_same_name_images, list_same_name_images

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image, Share
    from imgshare_cli.api.models import Member


@dataclass(frozen=True)
class ImageDetails:
    """What is known of an image and its share.

    Attributes:
        share: the image, and the project it is shared with.
        member: the share itself, or None where the service does not say.
        same_name_images: the images of the same name in the project's image list, or None where the service does not
            say.
        other_pending_images: the images of the same name that other projects share, and that are pending as well.
    """

    share: Share
    member: Member | None
    same_name_images: Sequence[Image] | None
    other_pending_images: Sequence[Image]


@dataclass(frozen=True)
class ShareDetails:
    """What is known of a share, whatever was decided about it.

    Attributes:
        member: the share.
        image: the image, or None where the service does not show it.
        same_name_images: the other images of the same name in the project's image list, or None where the service does
            not say.
    """

    member: Member
    image: Image | None
    same_name_images: Sequence[Image] | None


def load_share_details(client: ImageClient, member: Member, image: Image | None) -> ShareDetails:
    """Ask the service what else it knows of a share, in one or two requests.

    Args:
        client: the image service.
        member: the share.
        image: what is known of the image already.

    Raises:
        AuthError: the service rejects the token.
    """
    if image is None or not image.raw:
        with contextlib.suppress(ServiceError):
            image = client.get_image(member.image_id)
    if image is None:
        return ShareDetails(member, None, None)
    try:
        same_name_images = list_same_name_images(client, image)
    except ServiceError:
        return ShareDetails(member, image, None)
    return ShareDetails(member, image, [other for other in same_name_images if other.number != image.number])


def load_image_details(client: ImageClient, share: Share, pending: Sequence[Share]) -> ImageDetails:
    """Ask the service what it knows of a share now.

    Args:
        client: the image service.
        share: the share.
        pending: all shares that are still to be decided.

    Raises:
        AuthError: the service rejects the token.
        NotFoundError: the image is no longer shared with us.
    """
    name, owner = share.image.name, share.image.owner
    other_pending_images = [
        other.image for other in pending if name and other.image.name == name and other.image.owner != owner
    ]
    return ImageDetails(
        share, _get_member(client, share), _find_same_name_images(client, share, pending), other_pending_images
    )


def _get_member(client: ImageClient, share: Share) -> Member | None:
    try:
        return client.get_member(share.image.id, share.member_id)
    except (ForbiddenError, RefusedError, UnavailableError):
        return None


def _find_same_name_images(client: ImageClient, share: Share, pending: Sequence[Share]) -> list[Image] | None:
    try:
        listed = find_same_name_images(client, share.image)
    except ServiceError:
        return None
    pending_ids = {other.image.id for other in pending}
    return [image for image in listed if image.id not in pending_ids]  # an administrator's list has them all
