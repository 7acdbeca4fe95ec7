"""A list of images ends, however many pages the service has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest

from imgshare_cli.api.authentication import TokenAuth
from imgshare_cli.api.credential import Credential
from imgshare_cli.api.image_client import ImageClient
from imgshare_cli.api.pagination import read_pages
from imgshare_cli.api.response import Response
from imgshare_cli.errors import UnavailableError
from tests.support.fake_service import TOKEN
from tests.support.scripted_images import build_image

if TYPE_CHECKING:
    from imgshare_cli.api.transport import HttpTransport


class _EndlessTransport:
    """Answers each request with a page of one more image; over HTTP ten thousand of them take half a minute."""

    def __init__(self) -> None:
        self.count = 0

    def send(self, method: str, path: str, body: object = None, *, limit: int) -> Response:  # noqa: ARG002
        self.count += 1
        page = {"images": [build_image(self.count)], "next": "/v2/images?marker=x"}
        return Response(200, json.dumps(page).encode(), "application/json")


def test_pages_of_one_image() -> None:
    """After ten thousand pages a list is given up, although each had an image that is new."""
    transport = _EndlessTransport()
    client = ImageClient(cast("HttpTransport", transport), TokenAuth(Credential(TOKEN, "a test")))

    with pytest.raises(UnavailableError, match="does not end: received 10001 pages"):
        for _ in read_pages(client, {}, most=20_000):
            pass
    assert 10_001 == transport.count
