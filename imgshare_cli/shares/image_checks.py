"""Checks that an image is the one that was meant: anybody may share an image called `ubuntu-24.04`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from imgshare_cli.api.hashes import parse_hash
from imgshare_cli.api.pagination import read_named
from imgshare_cli.errors import NotYetError, RefusedError, UsageError
from imgshare_cli.truncation import truncate_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image

_MAX_SHOWN = 40
_MAX_LISTED = 10


@dataclass(frozen=True)
class ImageCheck:
    """What an image must be to be accepted.

    Attributes:
        owner: the ID of the project that owns it.
        algorithm: the name of the hash, as in `os_hash_algo`.
        digest: the hash of its data, in lower-case hexadecimal digits.
    """

    owner: str | None = None
    algorithm: str | None = None
    digest: str | None = None

    @property
    def has_hash(self) -> bool:
        """Whether the hash of an image is checked, which may come later than the image, and only all of it tells."""
        return self.algorithm is not None

    def check(self, image: Image, describe_owner: Callable[[str | None], str]) -> None:
        """Check an image.

        Args:
            image: the image.
            describe_owner: what errors show for the ID of an owner.

        Raises:
            RefusedError: it is another image.
            NotYetError: its data has not been uploaded yet.
        """
        if self.owner and image.owner != self.owner:
            actual = f"belongs to project {describe_owner(image.owner)}" if image.owner else "has no owner"
            raise _create_difference_error(image, f"{actual}, not {describe_owner(self.owner)}")
        if self.algorithm is None:
            return
        if not image.hash:
            raise NotYetError(
                f"image {image.id} has no hash to compare: its status is {image.status}",
                hint="its owner has not uploaded the data yet; --wait 10m waits for it; nothing was changed",
            )
        algorithm, _, digest = image.hash.partition(":")
        if algorithm != self.algorithm:
            raise _create_difference_error(image, f"has a {algorithm} hash, but no {self.algorithm} hash to compare")
        if digest != self.digest:
            raise _create_difference_error(image, f"has the {algorithm} hash {digest}, which does not match --hash")


def parse_image_check(owner: str | None, hash_: str | None) -> ImageCheck:
    """Parse the options --owner and --hash.

    Raises:
        UsageError: the hash is not valid.
    """
    if hash_ is None:
        return ImageCheck(owner)
    parsed = parse_hash(hash_)
    if parsed is None:
        raise UsageError(
            f"--hash {truncate_text(hash_, _MAX_SHOWN)!r} is not a valid hash",
            hint="use sha512:… or sha256:…, as published with the image",
        )
    algorithm, _, digest = parsed.partition(":")
    return ImageCheck(owner, algorithm, digest)


def find_same_name_images(client: ImageClient, image: Image) -> list[Image]:
    """Find the images of the same name in the project's image list; none where this image is in it as well."""
    listed = list_same_name_images(client, image)
    return [] if any(other.number == image.number for other in listed) else listed


def list_same_name_images(client: ImageClient, image: Image) -> list[Image]:
    """List the first images of the same name in the project's image list, which this image may be in as well."""
    if not image.name:
        return []
    named = (other for other in read_named(client, image.name, size=_MAX_LISTED) if other.name == image.name)
    return list(islice(named, _MAX_LISTED))


def _create_difference_error(image: Image, difference: str) -> RefusedError:
    return RefusedError(
        f"image {image.id} {difference}", hint="nothing was changed; check with the person who told you about the image"
    )
