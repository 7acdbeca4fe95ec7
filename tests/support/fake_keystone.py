"""An identity service that says what a test tells it to, well or ill."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.fake_service import FakeService
from tests.support.hostile_responses import build_reply

if TYPE_CHECKING:
    import ssl

    import pytest

PASSWORD = "the-password-that-nobody-may-see"
ISSUED = "gAAAAABissued-token-that-nobody-may-see"
PROJECT = "edc89b490d7d4392898e19b2deb34797"


def build_discovery(url: str) -> bytes:
    """What GET /v3 answers."""
    version = {"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": url}], "media-types": []}
    return build_reply(json.dumps({"version": version}).encode())


def build_token_document(endpoint: str, **other: Any) -> dict[str, Any]:
    """What POST /v3/auth/tokens answers."""
    service = {"id": "p", "interface": "public", "region": "one", "region_id": "one", "url": endpoint}
    domain = {"id": "default", "name": "Default"}
    return {
        "token": {
            "methods": ["password"],
            "user": {"id": "u", "name": "me", "domain": domain},
            "project": {"id": PROJECT, "name": "mine", "domain": domain},
            "roles": [{"id": "r", "name": "member"}],
            "catalog": [{"type": "image", "name": "glance", "id": "i", "endpoints": [service]}],
            "expires_at": "2099-01-01T00:00:00.000000Z",
            "issued_at": "2026-01-01T00:00:00.000000Z",
            "audit_ids": ["a"],
            **other,
        }
    }


def build_login_response(document: Any, **headers: str) -> bytes:
    """An answer to a login."""
    return build_reply(json.dumps(document).encode(), status=201, **{"X_Subject_Token": ISSUED, **headers})


class FakeKeystone(FakeService):
    """An identity service that discovers well, and answers logins with what it was given."""

    def __init__(self, *answers: Any, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(b"", tls=tls)
        self.auth_url = f"{self.endpoint}/v3"
        self.answers.clear()
        self.answers.extend([build_discovery(self.auth_url), *answers])


def set_login_environ(auth_url: str, monkeypatch: pytest.MonkeyPatch, **other: str) -> None:
    """Set what an openrc sets."""
    settings = {
        "AUTH_URL": auth_url,
        "USERNAME": "me",
        "PASSWORD": PASSWORD,
        "PROJECT_NAME": "mine",
        "USER_DOMAIN_NAME": "Default",
        "PROJECT_DOMAIN_NAME": "Default",
        **other,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"OS_{name}", value)
