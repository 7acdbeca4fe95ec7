"""`sandbox`: the embedded image service."""

from __future__ import annotations


def sandbox() -> None:
    """Serve an image service to try things on."""
