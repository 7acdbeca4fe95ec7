"""`accept` with --owner, --hash and --vault: what is not meant is not accepted, and the vault is the one given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response
from tests.support.run import Run, RunImgshare
from tests.support.scripted_images import OWNER, Page, ScriptedImageService, build_image
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.fake_service import StartService

DIGEST = "ab" * 64
HASH = f"sha512:{DIGEST}"
OTHER = "0" * 32
NOTHING = "hint: nothing was changed; check with the person who told you about the image\n"
ACCEPTED = Run(0, json.dumps(build_member(image_id=IMAGE, member_id=MEMBER)) + "\n")


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedImageService]:
    """A service whose image has an owner and a hash."""
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        _describe(service)
        yield service


def _describe(service: ScriptedImageService, **other: Any) -> None:
    described = {"id": IMAGE, "os_hash_algo": "sha512", "os_hash_value": DIGEST, **other}
    service.image = lambda _image: build_image(**described)


def test_both_are_right(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """With the right owner and the right hash the image is accepted, in capitals as well."""
    _describe(service, os_hash_value=DIGEST.upper())

    assert ACCEPTED == imgshare("accept", IMAGE, MEMBER, "--owner", OWNER, "--hash", HASH.upper(), "--json")
    assert [IMAGE] == service.decided


def test_the_owner_is_wrong_and_the_hash_is_right(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """--owner counts beside --hash: the same data from another project is not what was meant."""
    refused = Run(7, "", f"imgshare: image {IMAGE} belongs to project {OWNER}, not {OTHER}\n{NOTHING}")

    assert refused == imgshare("accept", IMAGE, MEMBER, "--owner", OTHER, "--hash", HASH)
    assert [] == service.decided


def test_the_owner_is_right_and_the_hash_is_wrong(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """--hash counts beside --owner."""
    said = f"imgshare: image {IMAGE} has the sha512 hash {DIGEST}, which does not match --hash\n{NOTHING}"

    assert Run(7, "", said) == imgshare("accept", IMAGE, MEMBER, "--owner", OWNER, "--hash", f"sha512:{'0' * 128}")
    assert [] == service.decided


@pytest.mark.parametrize("owner", [None, ""])
def test_an_image_without_an_owner(imgshare: RunImgshare, service: ScriptedImageService, owner: str | None) -> None:
    """An image that has no owner is from no project that --owner could name."""
    _describe(service, owner=owner)

    said = f"imgshare: image {IMAGE} has no owner, not {OWNER}\n{NOTHING}"
    assert Run(7, "", said) == imgshare("accept", IMAGE, MEMBER, "--owner", OWNER)
    assert [] == service.decided


def test_a_hash_of_another_kind(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """A sha256 hash is not compared with a sha512 hash, even of the same digits."""
    _describe(service, os_hash_value="ab" * 32)
    said = f"imgshare: image {IMAGE} has a sha512 hash, but no sha256 hash to compare\n{NOTHING}"

    assert Run(7, "", said) == imgshare("accept", IMAGE, MEMBER, "--hash", f"sha256:{'ab' * 32}")
    assert [] == service.decided


@pytest.mark.parametrize(
    "text", ["sha512:abcd", f"sha256:{'ab' * 64}", f"sha512:{'ab' * 63}", "abcd", f"sha512:{'xy' * 64}", ""]
)
def test_what_is_no_hash(imgshare: RunImgshare, service: ScriptedImageService, text: str) -> None:
    """A hash with too few or too many digits is a typing error, and nothing is asked."""
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    said = f"imgshare: --hash '{shown}' is not a valid hash\n"

    assert Run(2, "", f"{said}hint: use sha512:… or sha256:…, as published with the image\n") == imgshare(
        "accept", IMAGE, MEMBER, "--hash", text
    )
    assert [] == service.requests


def test_an_owner_that_is_empty(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """--owner "$UNSET" does not accept what is from anybody."""
    said = "imgshare: --owner is empty\nhint: use the ID of the owner's project, or its name in [owners]\n"

    assert Run(2, "", said) == imgshare("accept", IMAGE, MEMBER, "--owner", "")
    assert [] == service.requests


def test_a_namesake_is_asked_about_once(service: ScriptedImageService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who agreed to a second image of a name is not asked again while imgshare waits for the share."""
    service.list_page = lambda query: Page([build_image(2)] if query.get("name") == "golden" else [])
    reply, decisions = service.reply, [404, 200]

    def late(method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        status, content = reply(method, path, query, body)
        return (decisions.pop(0) if method == "PUT" else status), content

    monkeypatch.setattr(service, "reply", late)

    shown = run_at_terminal(160, "accept", IMAGE, MEMBER, "--wait", "10s", answer="y", NO_COLOR="1")

    assert (0, [IMAGE, IMAGE]) == (shown.code, service.decided)
    assert f"Accept {IMAGE} from project {OWNER} as well? [y/N] y" in shown.lines


def test_who_may_only_decide(serve: StartService) -> None:
    """Where a person's token may not look at the image, nothing is asked, and the decision is made."""
    service = serve(build_response(403, {"message": "no"}), build_response(200, build_member()))

    shown = run_at_terminal(160, "accept", IMAGE, MEMBER, NO_COLOR="1")

    assert (0, [f"✓ Accepted image {IMAGE} for project {MEMBER}"]) == (shown.code, shown.lines)
    assert ["GET", "PUT"] == [request.method for request in service.requests]
