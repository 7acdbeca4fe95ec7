"""What is known of an image that waits for a decision, as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.terminal.format import format_age, format_size, truncate_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.api.images import Image
    from imgshare_cli.shares.image_details import ImageDetails

_NAMED = 3
# Whoever owns an image writes its properties, and must not push the rest off the screen with them.
_LONGEST = 70


def describe_image(details: ImageDetails) -> list[tuple[str, str]]:
    """Names and values, a value of several lines with no name; first the name, whose owner chooses its length."""
    image = details.share.image
    facts = [
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
        facts.append(("status", image.status or "-"))
    if image.os_hidden:
        facts.append(("hidden", "yes: image lists omit it unless asked for hidden images"))
    return facts + _describe_warnings(details)


def _describe_warnings(details: ImageDetails) -> list[tuple[str, str]]:
    warnings = []
    if details.same_name_images is None:
        warnings.append(("warning", "cannot check whether the project's image list has this name already"))
    elif details.same_name_images:
        of_this_name = _of_this_name(details.same_name_images)
        warnings.append(("warning", f"{of_this_name} already in the project's image list:"))
        warnings += _list_images(details, details.same_name_images)
    if details.rivals:
        warnings.append(("warning", f"{_of_this_name(details.rivals)} also shared by other projects:"))
        warnings += _list_images(details, details.rivals)
    return warnings


def _list_images(details: ImageDetails, images: Sequence[Image]) -> list[tuple[str, str]]:
    lines = [f"{image.id}  {_name_owner(details, image)}" for image in images]
    return [("", line) for line in truncate_lines(lines, _NAMED)]


def _name_owner(details: ImageDetails, image: Image) -> str:
    # Nobody compares two IDs by eye.
    if image.owner == details.share.member_id:
        return "your own"
    return "from the same owner" if image.owner == details.share.image.owner else image.owner or "-"


def _of_this_name(images: Sequence[Image]) -> str:
    return "an image with this name is" if len(images) == 1 else f"{len(images)} images with this name are"


def _format_system(image: Image) -> str:
    """The operating system, in the words of Glance or of IMS."""
    release = " ".join(filter(None, (image.property("os_distro"), image.property("os_version"))))
    kind = image.property("os_type") or image.property("__os_type")
    parts = (release or image.property("__os_version"), kind, image.property("architecture"))
    return ", ".join(filter(None, parts))[:_LONGEST] or "-"


def _format_hash(image: Image) -> str:
    """The hash as `accept --hash` takes it."""
    algorithm, digest = image.property("os_hash_algo"), image.property("os_hash_value")
    return f"{algorithm}:{digest}" if algorithm and digest else "-"
