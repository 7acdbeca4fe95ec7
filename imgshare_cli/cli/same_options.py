"""Builds commands for hints that ask the same service as the command that was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints

if TYPE_CHECKING:
    from imgshare_cli.cli.session import Session

_FLAGS = ("profile", "cloud", "endpoint", "project_id", "cacert", "insecure_http", "insecure_tls")
_NAMES = {"project_id": "--project"}


def build_same_command(session: Session, *words: str | hints.Word) -> str:
    """Build a command with the common options of this run."""
    options = {_NAMES.get(name, f"--{name.replace('_', '-')}"): getattr(session.flags, name) for name in _FLAGS}
    return hints.build_command(*words, *hints.build_options(options))
