"""What is said of encrypted images (IMS) that were accepted: their owners' keys decide whether they work."""

from __future__ import annotations

_INDEPENDENT = "to be independent, replicate {it} with a key of your own ('Replicate' in the IMS console)"


def describe_encryption(key_id: str) -> str:
    """Say what it means that an image that was accepted is encrypted."""
    return (
        f"note: the image is encrypted with its owner's key {key_id}, and works only while the owner grants that key "
        f"to your account; {_INDEPENDENT.format(it='it')}"
    )


def describe_encrypted_images(count: int) -> str:
    """Say the same of some of the images of a batch."""
    verb, works = ("is", "works") if count == 1 else ("are", "work")
    return (
        f"note: {count:,} of the accepted images {verb} encrypted with a key of the owner, and {works} only while that "
        f"key is granted to your account; {_INDEPENDENT.format(it='it' if count == 1 else 'them')}"
    )
