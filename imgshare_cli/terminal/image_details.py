"""What is known of an image that waits for a decision, as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.terminal.format import ago, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.api.images import Image
    from imgshare_cli.shares.review import Dossier

_NAMED = 3
# Whoever owns an image writes its properties, and must not push the rest off the screen with them.
_LONGEST = 70


def facts(details: Dossier) -> list[tuple[str, str]]:
    """Names and values, a value of several lines with no name; first the name, whose owner chooses its length."""
    image = details.share.image
    facts = [
        ("name", image.name or "-"),
        ("image", image.id),
        ("owner", image.owner or "-"),
        ("shared", ago(details.member.updated_at if details.member else None)),
        ("created", ago(image.created_at)),
        ("size", size(image.size)),
        ("system", _system(image)),
        ("hash", _hash(image)),
    ]
    if image.status != "active":
        facts.append(("status", image.status or "-"))
    if image.os_hidden:
        facts.append(("hidden", "yes: image lists leave it out unless they are asked for hidden ones"))
    return facts + _warnings(details)


def _warnings(details: Dossier) -> list[tuple[str, str]]:
    warnings = []
    if details.namesakes is None:
        warnings.append(("warning", "it is not known whether the project's image list has one of this name"))
    elif details.namesakes:
        of_this_name = _of_this_name(details.namesakes)
        warnings.append(("warning", f"{of_this_name} in the project's image list already:"))
        warnings += _named(details, details.namesakes)
    if details.rivals:
        warnings.append(("warning", f"{_of_this_name(details.rivals)} shared by others as well:"))
        warnings += _named(details, details.rivals)
    return warnings


def _named(details: Dossier, images: Sequence[Image]) -> list[tuple[str, str]]:
    named = [("", f"{image.id}  {_whose(details, image)}") for image in images[:_NAMED]]
    return named + [("", f"and {len(images) - _NAMED} more")] * (len(images) > _NAMED)


def _whose(details: Dossier, image: Image) -> str:
    # Nobody compares two IDs by eye.
    if image.owner == details.share.member_id:
        return "your own"
    return "of the same owner" if image.owner == details.share.image.owner else image.owner or "-"


def _of_this_name(images: Sequence[Image]) -> str:
    return "an image of this name is" if len(images) == 1 else f"{len(images)} images of this name are"


def _system(image: Image) -> str:
    """The operating system, in the words of Glance or of IMS."""
    release = " ".join(filter(None, (image.property("os_distro"), image.property("os_version"))))
    kind = image.property("os_type") or image.property("__os_type")
    parts = (release or image.property("__os_version"), kind, image.property("architecture"))
    return ", ".join(filter(None, parts))[:_LONGEST] or "-"


def _hash(image: Image) -> str:
    """The hash as `accept --hash` takes it."""
    algorithm, digest = image.property("os_hash_algo"), image.property("os_hash_value")
    return f"{algorithm}:{digest}" if algorithm and digest else "-"
