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
        self.service_kind = None

    def send(self, method: str, path: str, body: object = None, **_options: object) -> Response:  # noqa: ARG002
        self.count += 1
        page = {"images": [build_image(self.count)], "next": "/v2/images?marker=x"}
        return Response(200, json.dumps(page).encode(), "application/json")


@pytest.mark.parametrize(
    ("most", "said", "pages"),
    [(20_000, "received 10001 pages with 2 MiB", 10_001), (100, "received more than 100 images", 101)],
)
def test_new_images_without_end(most: int, said: str, pages: int) -> None:
    """A list is given up after ten thousand pages, and after as many images as are too many for the caller."""
    transport = _EndlessTransport()
    client = ImageClient(cast("HttpTransport", transport), TokenAuth(Credential(TOKEN, "a test")))

    with pytest.raises(UnavailableError, match=f"does not end: {said}"):
        for _ in read_pages(client, {}, most=most):
            pass
    assert pages == transport.count
