"""`completion`: the shells' scripts."""

from __future__ import annotations


def completion(shell: str) -> None:
    """Print the completion script for a shell."""
