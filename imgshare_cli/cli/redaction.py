"""Secrets, and their replacement in text that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENDINGS = ("TOKEN", "PASSWORD", "SECRET", "PASSCODE")


class Redactor:
    """Replaces the secrets that it knows.

    Args:
        environ: the environment, whose secrets are known from the start.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._secrets = [
            value
            for name, value in environ.items()
            if name.startswith(("IMGSHARE_", "OS_")) and name.endswith(_ENDINGS)
        ]

    def hide_secret(self, secret: str) -> None:
        """Replace a secret from now on."""
        self._secrets.append(secret)

    def redact(self, text: str) -> str:
        """Replace each secret in a text, longer ones first: a shorter one may be a part of them."""
        for secret in sorted(filter(None, self._secrets), key=len, reverse=True):
            text = text.replace(secret, "(hidden)")
        return text
