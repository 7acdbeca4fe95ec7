"""Services that repeat our secrets: no message shows one, whole or cut."""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgshare_cli.cli.redaction import Redactor
from tests.support.examples import limit_examples
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

pytestmark = pytest.mark.hostile

LONG = "gAAAAAB" + "".join(f"{number:03}x" for number in range(60))
ODD = "se'cret\\with\"quotes`and-more"


@pytest.mark.parametrize("token", [TOKEN, LONG, ODD])
@pytest.mark.parametrize("options", [[], ["--json"], ["--debug"]], ids=["plain", "json", "debug"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500])
@pytest.mark.parametrize("filling", [0, 180, 280])
def test_an_error_that_repeats_the_token(  # noqa: PLR0913, PLR0917
    imgshare: RunImgshare,
    serve: StartService,
    monkeypatch: pytest.MonkeyPatch,
    token: str,
    options: list[str],
    status: int,
    filling: int,
) -> None:
    """Wherever a message is cut, no more than the first characters of a token are in it."""
    serve(build_response(status, {"message": f"{'x' * filling} the token {token} is not good, {token!r}"}))
    monkeypatch.setenv("IMGSHARE_TOKEN", token)
    monkeypatch.setenv("IMGSHARE_TIMEOUT", "0.2")

    run = imgshare("accept", IMAGE, MEMBER, *options)

    assert status // 100 * 100 == 500 or run.code in {4, 5, 6, 7}
    said = run.err if "--json" not in options else "".join(map(str, json.loads(run.err)["error"].values()))
    for shown in (token[:12], token[-12:], json.dumps(token)[1:-1][:12]):
        assert shown not in said, run


@pytest.mark.parametrize(
    "encode", [base64.b64encode, base64.urlsafe_b64encode, lambda text: quote(text, safe="").encode()]
)
def test_an_encoded_token(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch, encode: Callable[[bytes], bytes]
) -> None:
    """Nor is a token shown in base64 or percent-encoded."""
    token = "gAAA+/~?>>>>token=that-nobody-may-see"
    encoded = encode(token.encode()).decode()
    serve(build_response(400, {"message": f"the token {encoded} is not good"}))
    monkeypatch.setenv("IMGSHARE_TOKEN", token)

    run = imgshare("accept", IMAGE, MEMBER)

    assert (7, False, True) == (run.code, encoded[:12] in run.err, "the token (hidden)" in run.err)


def test_an_owner_that_is_the_token(imgshare: RunImgshare, serve: StartService) -> None:
    """Nor is it shown where a service calls a project so."""
    image = {"id": IMAGE, "name": "golden", "owner": TOKEN, "visibility": "shared", "status": "active"}
    serve(build_response(200, {"images": [image]}), build_response(200, {"images": []}))

    run = imgshare("accept", "golden", "--owner", MEMBER, "--project", MEMBER)

    assert (6 + 1, f"  {IMAGE}  owner (hidden)") == (run.code, run.err.splitlines()[1])


def test_a_short_password(imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password that is a common word does not hide the word everywhere."""
    serve(build_response(404, {"message": "no image for admin"}))
    monkeypatch.setenv("OS_PASSWORD", "image")

    assert "cannot accept image" in imgshare("accept", IMAGE, MEMBER).err
    assert "IMGSHARE_TOKEN" in os.environ


def test_a_short_secret_in_base64() -> None:
    """The base64 of a short secret is a letter or two, which are hidden nowhere."""
    assert "NDI, N (hidden)" == Redactor({"OS_PASSWORD": "42"}).redact("NDI, N 42")


@pytest.mark.parametrize("secret", ["abcdefghijkl%", "abcdefghijkl+mnop", "abcdefghijkl'\\mnop", "abcdefghijkl mnop+/"])
def test_forms_that_begin_alike(secret: str) -> None:
    """A secret is hidden to its end in each form, although each form begins as another one does."""
    redactor = Redactor({"OS_PASSWORD": secret})
    forms = [secret, repr(secret)[1:-1], quote(secret, safe="")]

    for shown in (redactor.redact_message(" | ".join(forms)), redactor.redact(" | ".join(forms))):
        assert "(hidden) | (hidden) | (hidden)" == shown


@limit_examples(200)
@given(
    before=st.text(max_size=30),
    after=st.text(max_size=30),
    secret=st.text(min_size=8, max_size=60),
    cut=st.integers(0, 60),
)
def test_any_secret(before: str, after: str, secret: str, cut: int) -> None:
    """Any secret of some length is replaced wherever it is, and where its end is missing."""
    redactor = Redactor({"OS_PASSWORD": secret})

    assert secret not in redactor.redact_message(before + secret + after)
    if cut >= 12 and len(secret) > 12:
        assert secret[:cut] not in redactor.redact_message(before + secret[:cut] + "…")
