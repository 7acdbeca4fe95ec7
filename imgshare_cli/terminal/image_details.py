"""The details of an image and of its share, as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api.timestamps import parse_timestamp
from imgshare_cli.shares.vaults.refusals import is_full_server_image
from imgshare_cli.terminal.format import format_age, format_name, format_size
from imgshare_cli.terminal.owners import name_owner_with_id
from imgshare_cli.truncation import truncate_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member
    from imgshare_cli.config.owners import OwnerNames
    from imgshare_cli.shares.image_details import ImageDetails, ShareDetails

Fields = list[tuple[str, str]]
_MAX_LISTED = 3
# The owner of an image writes its properties, and must not be able to push the rest off the screen.
_MAX_SYSTEM = 70
_SAME_TIME = 2  # seconds, within which a service writes both times of a new share


def describe_image(details: ImageDetails, owners: OwnerNames) -> Fields:
    """Return names and values of an image that waits for a decision; further lines of a value have no name.

    The image's name, which may be long, is first.
    """
    image = details.share.image
    fields = [
        ("name", format_name(image.name)),
        ("image", image.id),
        ("owner", name_owner_with_id(image.owner, owners)),
        *_describe_times(details.member),
        *_describe_content(image),
    ]
    if image.status != "active":
        fields.append(("status", image.status or "-"))
    return fields + _describe_rest(image) + _describe_warnings(details, owners)


def describe_share(details: ShareDetails, owners: OwnerNames, own_id: str | None) -> Fields:
    """Return names and values of a share and its image; further lines of a value have no name.

    Args:
        details: what is known of them.
        owners: the names of owners.
        own_id: our own project, if it is known.
    """
    member, image = details.member, details.image
    share = [
        ("image", member.image_id),
        ("status", member.status.value),
        ("member", name_owner_with_id(member.member_id, owners)),
    ]
    if image is None:
        return [*share, *_describe_times(member), ("note", "the service does not show the image itself")]
    fields = [("name", format_name(image.name)), *share, ("owner", name_owner_with_id(image.owner, owners))]
    fields += [*_describe_times(member), *_describe_content(image)]
    if image.status != "active":
        fields.append(("data", f"{image.status or '-'}: the image cannot be used now"))
    return fields + _describe_rest(image) + _describe_same_name_images(details, image, owners, own_id)


def _describe_times(member: Member | None) -> Fields:
    """Say when an image was shared and, if its share changed after that, when it did."""
    if member is None:
        return [("shared", "-")]
    created, updated = parse_timestamp(member.created_at), parse_timestamp(member.updated_at)
    if created and updated and (updated - created).total_seconds() < _SAME_TIME:
        return [("shared", format_age(member.updated_at))]
    return [("shared", format_age(member.created_at)), ("changed", format_age(member.updated_at))]


def _describe_content(image: Image) -> Fields:
    return [
        ("created", format_age(image.created_at)),
        ("size", format_size(image.size)),
        ("system", _format_system(image)),
        ("hash", image.hash or "-"),
    ]


def _describe_rest(image: Image) -> Fields:
    """Describe what only some images are: hidden, a full server, or encrypted."""
    rest = [("hidden", "yes: image lists omit it unless asked for hidden images")] if image.os_hidden else []
    if is_full_server_image(image):
        rest.append(("vault", "needed to accept it: the image is a full server with its disks"))
    key = f"{image.key_id}: its owner's, who must grant it to the member's account"
    return rest + ([("key", key)] if image.key_id else [])


def _describe_same_name_images(details: ShareDetails, image: Image, owners: OwnerNames, own_id: str | None) -> Fields:
    if details.same_name_images is None:
        return [("same name", "unknown: the service does not show the project's image list")]
    lines = _list_images(details.same_name_images, image, owners, own_id)
    return [("" if number else "same name", line) for number, (_, line) in enumerate(lines)]


def _describe_warnings(details: ImageDetails, owners: OwnerNames) -> Fields:
    image, own_id = details.share.image, details.share.member_id
    warnings = []
    if details.same_name_images is None:
        warnings.append(("warning", "cannot check whether the project's image list has this name already"))
    elif details.same_name_images:
        same_name = _count_same_name_images(details.same_name_images)
        warnings.append(("warning", f"{same_name} already in the project's image list:"))
        warnings += _list_images(details.same_name_images, image, owners, own_id)
    if details.other_pending_images:
        warnings.append(
            ("warning", f"{_count_same_name_images(details.other_pending_images)} also shared by other projects:")
        )
        warnings += _list_images(details.other_pending_images, image, owners, own_id)
    return warnings


def _list_images(images: Sequence[Image], beside: Image, owners: OwnerNames, own_id: str | None) -> Fields:
    lines = [f"{image.id}  {_describe_owner(image, beside, owners, own_id)}" for image in images]
    return [("", line) for line in truncate_lines(lines, _MAX_LISTED)]


def _describe_owner(image: Image, beside: Image, owners: OwnerNames, own_id: str | None) -> str:
    # People cannot compare two IDs by eye.
    if image.owner and image.owner == own_id:
        return "your own"
    return "from the same owner" if image.owner == beside.owner else name_owner_with_id(image.owner, owners)


def _count_same_name_images(images: Sequence[Image]) -> str:
    return "an image with this name is" if len(images) == 1 else f"{len(images)} images with this name are"


def _format_system(image: Image) -> str:
    """Return the operating system, from the properties of Glance or of IMS."""
    release = " ".join(filter(None, (image.get_property("os_distro"), image.get_property("os_version"))))
    kind = image.get_property("os_type") or image.get_property("__os_type")
    of_ims = image.get_property("__os_version") or image.get_property("__platform")
    parts = (release or of_ims, kind, image.get_property("architecture"))
    return ", ".join(filter(None, parts))[:_MAX_SYSTEM] or "-"
