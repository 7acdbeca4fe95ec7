"""What is longer than a line of the terminal is broken between words: results and questions as well as notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import write_config
from tests.support.fake_service import MEMBER, build_member, build_response
from tests.support.run import TOOL
from tests.support.scripted_images import build_image_id
from tests.support.terminal import Terminal, run_at_terminal

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.scripted_images import ScriptedImageService

IMAGE = build_image_id(1)


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}])
def test_a_result(serve: StartService, environ: dict[str, str]) -> None:
    """The line about a success is a sentence, with or without colour."""
    serve(build_response(409, {"message": "is already a member"}), build_response(200, build_member("accepted")))

    shown = run_at_terminal(80, "share", build_member("accepted")["image_id"], MEMBER, **environ)

    image = build_member("accepted")["image_id"]
    assert (0, [f"✓ image {image} was already shared with", f"{MEMBER}: accepted"]) == (shown.code, shown.lines)


def test_a_question(service: ScriptedImageService) -> None:
    """The answer to a question is typed behind its last word."""
    service.members = lambda image: [build_member("accepted", image_id=image, member_id=MEMBER)]

    shown = run_at_terminal(80, "unshare", IMAGE, MEMBER, answer="n")

    assert [
        f"Stop sharing {IMAGE} with project",
        f"{MEMBER}, which accepted it? [y/N] n",
        "imgshare: nothing was changed",
    ] == shown.lines


def test_a_question_for_a_secret() -> None:
    """The question that reads a hidden answer is one as well."""
    write_config('[profiles.default]\ntoken_store = "file"\n')
    url = f"https://iam.example/{'a' * 28}/v3"
    with Terminal([TOOL, "login", "--auth-url", url, "--username", "somebody"], columns=80) as terminal:
        terminal.wait_for_text("den):")
        assert f"Password for somebody at {url}\n(hidden):" == terminal.screen
