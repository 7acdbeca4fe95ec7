"""Secrets, and their replacement in text that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_HIDDEN = "(hidden)"
_MIN_LENGTH = 8
_MIN_START = 12
_PREFIXES = ("IMGSHARE_", "OS_", "HUAWEICLOUD_SDK_")
_ENDINGS = ("TOKEN", "PASSWORD", "SECRET", "PASSCODE", "SECRET_KEY", "_SK")


class Redactor:
    """Replaces the secrets that it knows.

    Args:
        environ: the environment, whose secrets are known from the start.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._secrets = [
            value for name, value in environ.items() if name.startswith(_PREFIXES) and name.endswith(_ENDINGS)
        ]
        self._forms: dict[str, list[str]] = {}

    def hide_secret(self, secret: str) -> None:
        """Replace a secret from now on."""
        self._secrets.append(secret)

    def forget_secret(self, secret: str) -> None:
        """Forget a secret that no message can show any more: a run may have thousands, one after the other."""
        self._secrets.remove(secret)
        self._forms.pop(secret, None)

    def redact(self, text: str) -> str:
        """Replace each secret in a text, longer ones first: a shorter one may be a part of them."""
        for secret in self._list_secrets():
            for form in self._list_forms(secret):
                text = text.replace(form, _HIDDEN)
        return text

    def redact_message(self, text: str) -> str:
        """Replace each secret in a message, also one that was quoted or cut.

        Short ones stay: a password such as `admin` is a word of many messages.
        """
        for secret in self._list_secrets():
            if len(secret) < _MIN_LENGTH:
                continue
            forms = self._list_forms(secret)
            # All whole forms come first: what is left of one may begin another.
            for form in forms:
                text = text.replace(form, _HIDDEN)
            for form in forms:
                text = _hide_beginnings(text, form)
        return text

    def _list_secrets(self) -> list[str]:
        return sorted({*filter(None, self._secrets)}, key=len, reverse=True)

    def _list_forms(self, secret: str) -> list[str]:
        """List the forms of a secret, the longest first; they are computed once, when a text is first shown."""
        forms = self._forms.get(secret)
        if forms is None:
            forms = sorted(_build_forms(secret), key=len, reverse=True)
            if secret in self._secrets:  # another thread may have forgotten it meanwhile
                self._forms[secret] = forms
        return forms


def _build_forms(secret: str) -> set[str]:
    """Build the forms in which a secret may be written: as it is, quoted, percent-encoded, or in base64."""
    if len(secret) < _MIN_LENGTH:  # in base64 it is a few letters of any text
        return {secret}
    from base64 import b64encode, urlsafe_b64encode
    from urllib.parse import quote

    content = secret.encode(errors="surrogateescape")
    # The last character of base64 depends on what follows, as a line's end does.
    encoded = {encode(content).decode().rstrip("=")[:-1] for encode in (b64encode, urlsafe_b64encode)}
    return {secret, repr(secret)[1:-1], quote(content, safe=""), *encoded}


def _hide_beginnings(text: str, secret: str) -> str:
    """Replace what is left of a secret where a text was cut."""
    start = secret[:_MIN_START]
    before, *rest = text.split(start) if len(secret) > _MIN_START else [text]
    return _HIDDEN.join([before, *(_cut_beginning(part, secret[_MIN_START:]) for part in rest)])


def _cut_beginning(text: str, secret: str) -> str:
    same = (position for position, (a, b) in enumerate(zip(text, secret, strict=False)) if a != b)
    return text[next(same, min(len(text), len(secret))) :]
