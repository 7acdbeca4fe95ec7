"""Commands on IMS: encrypted images, sizes and systems, `reset`, `share` and `status`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_service import MEMBER, build_member, build_response, use_service
from tests.support.ims_service import ImsService, build_ims_response
from tests.support.run import TOOL, Run, run_tool
from tests.support.scripted_images import OWNER
from tests.support.terminal import Terminal, run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

KEY = "bc6bed6e-ba3a-4447-afcc-449174a3eb52"
NOTE = (
    f"note: the image is encrypted with its owner's key {KEY}, and works only while the owner grants that key to your "
    "account; to be independent, replicate it with a key of your own ('Replicate' in the IMS console)\n"
)
OTHER = "26407f07725950ca9b3f6f08141e8c86"


@pytest.fixture
def ims(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImsService]:
    """An IMS whose kind the first response tells."""
    with ImsService() as service:
        use_service(monkeypatch, service.endpoint, MEMBER)
        yield service


def _join(lines: list[str]) -> str:
    return " ".join(lines)


def test_an_encrypted_image_at_a_terminal(ims: ImsService) -> None:
    """A person is told what the grant of the key means, and what to do."""
    ims.add(1, name="golden", __system__cmkid=KEY)

    shown = run_at_terminal(200, "accept", "golden", "--owner", OWNER)

    assert 0 == shown.code
    assert ["✓ Accepted golden (00000001) from 5bd2a8f1, 2.0 MiB", NOTE.rstrip()] == [
        shown.lines[0],
        _join(shown.lines[1:]),
    ]


def test_an_encrypted_image_that_was_looked_at(imgshare: RunImgshare, ims: ImsService) -> None:
    """In a script the note is on stderr, where the image was read anyway: for its name, its owner or its hash."""
    image = ims.add(1, name="golden", __system__cmkid=KEY)

    by_name = imgshare("accept", "golden")
    by_owner = imgshare("accept", image, "--owner", OWNER)

    assert (0, NOTE) == (by_name.code, by_name.err)
    assert (0, NOTE) == (by_owner.code, by_owner.err)


def test_no_note_and_no_request_for_it(imgshare: RunImgshare, ims: ImsService) -> None:
    """A decision by ID stays one request, --json says nothing on stderr, and other decisions need no key."""
    image = ims.add(1, name="golden", __system__cmkid=KEY)

    assert (0, "") == (imgshare("accept", image)[0], imgshare("accept", image).err)
    assert {f"PUT /{image}/members/{MEMBER}"} == set(ims.paths)
    assert "" == imgshare("accept", "golden", "--json").err
    assert "" == imgshare("reject", "golden").err


@pytest.mark.parametrize("key", ["", "  ", None, 5, ["a"]])
def test_a_key_that_is_none(imgshare: RunImgshare, ims: ImsService, key: object) -> None:
    """An image without a key is not encrypted."""
    ims.add(1, name="golden", __system__cmkid=key)

    assert "" == imgshare("accept", "golden").err


def test_a_hostile_key(imgshare: RunImgshare, ims: ImsService) -> None:
    """The key is text from the network: short, clean, and no command."""
    ims.add(1, name="golden", __system__cmkid="\u001b[31m[red]`imgshare evil`" + "x" * 5000)

    note = imgshare("accept", "golden").err

    assert note.startswith("note: the image is encrypted with its owner's key \\u001b[31m[red]'imgshare evil'xxx")
    assert len(note) < 400


def test_encrypted_images_of_a_batch(ims: ImsService) -> None:
    """A batch counts them, in its summary, where it knows the images."""
    for number in (1, 2):
        ims.add(number, __system__cmkid=KEY)
    ims.add(3)
    ids = "\n".join(ims.statuses).encode()

    run = run_tool("accept", "--all", "--any-owner", "--yes")
    by_id = run_tool("accept", "--from", "-", stdin=ids)
    rejected = run_tool("reject", "--all", "--any-owner", "--yes", "--status", "accepted")

    first, summary, undo = run.err.splitlines()
    assert (0, True) == (run.code, undo.endswith("| imgshare reject --from -` hides what was accepted"))
    assert (
        "note: 2 of the accepted images are encrypted with a key of the owner, and work only while that key is granted "
        "to your account; to be independent, replicate them with a key of your own ('Replicate' in the IMS console)"
    ) == first
    assert summary.startswith("accepted 3")
    assert 1 == len(by_id.err.splitlines())
    assert "encrypted" not in rejected.err


def test_show_at_a_terminal(ims: ImsService) -> None:
    """`show` has the key, the size and the system as IMS writes them."""
    image = ims.add(1, name="镜像 [red]", __system__cmkid=KEY)
    ims.images[0] |= {"__platform": "CentOS", "__os_version": None}

    lines = run_at_terminal(120, "show", image).lines

    assert f"key      {KEY}: its owner's, who must grant it to the member's account" in lines
    assert "size     2.0 MiB" in lines
    assert "system   CentOS, Linux" in lines
    assert "name     镜像 [red]" in lines
    assert not [line for line in lines if line.startswith("vault")]


def test_show_a_full_server(ims: ImsService) -> None:
    """`show` says of a full-server image that a vault is needed."""
    image = ims.add(1, __whole_image="true")

    lines = run_at_terminal(120, "show", image).lines

    assert "vault    needed to accept it: the image is a full server with its disks" in lines


def test_show_in_a_script(imgshare: RunImgshare, ims: ImsService) -> None:
    """`show` elsewhere is the share alone, as before."""
    image = ims.add(1, __system__cmkid=KEY)

    assert build_member("pending", image_id=image) == imgshare("show", image, "--json").json()
    assert 5 == len(imgshare("show", image).out.splitlines())


@pytest.mark.parametrize(
    ("size", "own", "shown"),
    [
        (0, "2097152", "2097152"),
        (None, "2097152", "2097152"),
        (5, "2097152", "5"),
        ("7", None, "7"),
        (0, None, "0"),
        (0, "-1", "0"),
        (None, "9" * 40, "-"),
        (None, "2.5", "-"),
        (True, ["1"], "-"),
        (None, "١٢", "-"),
    ],
)
def test_sizes(imgshare: RunImgshare, ims: ImsService, size: object, own: object, shown: str) -> None:
    """The size of an image is a number, or a text of digits in a property of IMS."""
    ims.add(1, size=size, __image_size=own)

    assert shown == imgshare("list", "--columns", "SIZE").out.strip()


@pytest.mark.parametrize(
    "created", ["2024-11-06T07:24:22.925Z", "2024-11-06T07:24:22.925+00:00", "2024-11-06T07:24:22Z"]
)
def test_times(imgshare: RunImgshare, ims: ImsService, created: str) -> None:
    """Times may have fractions of a second."""
    ims.add(1, created_at=created)

    assert "2024-11-06T07:24:22Z" == imgshare("list", "--columns", "CREATED").out.strip()


def test_review(ims: ImsService) -> None:
    """`review` goes through private images that are shared; what IMS does not undo stays decided, and is told."""
    image = ims.add(1, name="镜像 [red]", __system__cmkid=KEY)
    ims.add(2, None)

    with Terminal([TOOL, "review"], {}, columns=200) as terminal:
        terminal.wait_for_text("镜像 [red]")
        terminal.wait_for_text(f"{KEY}: its owner's, who must grant it to the member's account")
        terminal.press_keys("a")
        terminal.wait_for_text("accepted 镜像 [red]")
        terminal.press_keys("u")
        terminal.wait_for_text("IMS may not let a decision be taken back")
        terminal.press_keys("q")
        terminal.wait_for_exit()
    assert {image: "accepted"} == ims.statuses


def test_reset(imgshare: RunImgshare, ims: ImsService) -> None:
    """IMS may not take a decision back; the hint says what comes close to it."""
    image = ims.add(1, "accepted")

    assert Run(
        7,
        "",
        f"imgshare: cannot reset image {image} for project {MEMBER}: IMS may not let a decision be taken back: refused "
        '(400 Bad Request): "The request message format is invalid. (IMG.0001)"\n'
        f"hint: `imgshare reject {image} {MEMBER}` hides the image instead, and accepting it later is still possible\n"
        "request ID: 0c0ffee0000040008000000000000000\n",
    ) == imgshare("reset", image)


def test_reset_of_an_unknown_image(imgshare: RunImgshare, ims: ImsService) -> None:
    """What is refused for another reason is not put down to that."""
    run = imgshare("reset", ims.add(1)[:-1] + "0", "--json")

    assert (6, "not_found") == (run.code, run.error()["reason"])


def test_reset_where_it_works(imgshare: RunImgshare, ims: ImsService) -> None:
    """An IMS that takes `pending` is taken at its word."""
    image = ims.add(1)
    ims.reply_to = lambda _method, _path, _query: (200, build_member("pending", image_id=image))

    assert "pending" == imgshare("reset", image, "--json").json()["status"]


@pytest.mark.parametrize("code", ["IMG.0088", "IMG.0112", "IMG.0001"])
def test_sharing_again(imgshare: RunImgshare, ims: ImsService, code: str) -> None:
    """IMS documents no 409: where it refuses a share that is there, that is no error."""
    image = ims.add(1, None)
    shared = build_member("accepted", image_id=image, member_id=OTHER)
    ims.reply_to = lambda method, path, _query: (
        (400, {"error": {"message": "No.", "code": code}})
        if method == "POST"
        else (200, shared)
        if path.endswith(OTHER)
        else None
    )

    run = imgshare("share", image, OTHER, "--json")

    assert (0, shared) == (run.code, json.loads(run.out))


def test_a_quota(imgshare: RunImgshare, ims: ImsService) -> None:
    """Where it refuses a new share, its reason is kept."""
    image = ims.add(1, None)
    ims.reply_to = lambda method, _path, _query: (
        (400, {"error": {"message": "The quota.", "code": "IMG.0088"}}) if method == "POST" else None
    )

    run = imgshare("share", image, OTHER)

    assert 7 == run.code
    assert "the quota of shared images is used up" in run.err
    assert "`imgshare members IMAGE` shows the projects that have an image, `imgshare unshare IMAGE MEMBER`" in run.err


SCHEMA: dict[str, Any] = {"name": "member", "properties": {}}


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (build_ims_response(200, SCHEMA), "ims"),
        (build_response(200, SCHEMA), "glance"),
        (build_response(200, SCHEMA).replace(b"X-Openstack-Request-Id", b"X-Other"), None),
    ],
    ids=["IMS", "Glance", "unknown"],
)
def test_status(imgshare: RunImgshare, serve: StartService, response: bytes, kind: str | None) -> None:
    """`status` says what the service is, as far as its response told."""
    service = serve(response)

    record = imgshare("status", "--project", MEMBER, "--json").json()
    lines = imgshare("status", "--project", MEMBER).out.splitlines()

    assert ("ok", kind) == (record["service"], record["service_kind"])
    assert ([f"service_kind\t{kind}"] if kind else []) == [line for line in lines if line.startswith("service_kind")]
    assert 2 == len(service.requests)
