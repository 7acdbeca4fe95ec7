"""The details of an image that waits for a decision, as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.terminal.format import format_age, format_size, truncate_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.api.images import Image
    from imgshare_cli.shares.image_details import ImageDetails

_MAX_LISTED = 3
# The owner of an image writes its properties, and must not be able to push the rest off the screen.
_MAX_SYSTEM = 70


def describe_image(details: ImageDetails) -> list[tuple[str, str]]:
    """Return names and values; further lines of a value have no name. The image's name, which may be long, is first."""
    image = details.share.image
    fields = [
        ("name", image.name or "-"),
        ("image", image.id),
        ("owner", image.owner or "-"),
        ("shared", format_age(details.member.updated_at if details.member else None)),
        ("created", format_age(image.created_at)),
        ("size", format_size(image.size)),
        ("system", _format_system(image)),
        ("hash", _format_hash(image)),
    ]
    if image.status != "active":
        fields.append(("status", image.status or "-"))
    if image.os_hidden:
        fields.append(("hidden", "yes: image lists omit it unless asked for hidden images"))
    return fields + _describe_warnings(details)


def _describe_warnings(details: ImageDetails) -> list[tuple[str, str]]:
    warnings = []
    if details.same_name_images is None:
        warnings.append(("warning", "cannot check whether the project's image list has this name already"))
    elif details.same_name_images:
        same_name = _count_same_name_images(details.same_name_images)
        warnings.append(("warning", f"{same_name} already in the project's image list:"))
        warnings += _list_images(details, details.same_name_images)
    if details.other_pending_images:
        warnings.append(
            ("warning", f"{_count_same_name_images(details.other_pending_images)} also shared by other projects:")
        )
        warnings += _list_images(details, details.other_pending_images)
    return warnings


def _list_images(details: ImageDetails, images: Sequence[Image]) -> list[tuple[str, str]]:
    lines = [f"{image.id}  {_describe_owner(details, image)}" for image in images]
    return [("", line) for line in truncate_lines(lines, _MAX_LISTED)]


def _describe_owner(details: ImageDetails, image: Image) -> str:
    # People cannot compare two IDs by eye.
    if image.owner == details.share.member_id:
        return "your own"
    return "from the same owner" if image.owner == details.share.image.owner else image.owner or "-"


def _count_same_name_images(images: Sequence[Image]) -> str:
    return "an image with this name is" if len(images) == 1 else f"{len(images)} images with this name are"


def _format_system(image: Image) -> str:
    """Return the operating system, from the properties of Glance or of IMS."""
    release = " ".join(filter(None, (image.get_property("os_distro"), image.get_property("os_version"))))
    kind = image.get_property("os_type") or image.get_property("__os_type")
    parts = (release or image.get_property("__os_version"), kind, image.get_property("architecture"))
    return ", ".join(filter(None, parts))[:_MAX_SYSTEM] or "-"


def _format_hash(image: Image) -> str:
    """Return the hash in the form that `accept --hash` expects."""
    algorithm, digest = image.get_property("os_hash_algo"), image.get_property("os_hash_value")
    return f"{algorithm}:{digest}" if algorithm and digest else "-"
