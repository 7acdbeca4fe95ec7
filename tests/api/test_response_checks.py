"""What a service answers is believed as far as it fits the question, and an answer of any size costs little."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.support.fake_service import IMAGE, MEMBER, REQUEST_ID, StartService, build_member, build_response
from tests.support.run import Run, RunImgshare
from tests.support.terminal import run_at_terminal

OTHER_IMAGE = IMAGE.replace("d164b5df", "00000000")
OTHER_MEMBER = "0123456789abcdef0123456789abcdef"
CHECK = f"hint: check the endpoint: `imgshare status` shows it\nrequest ID: {REQUEST_ID}\n"
NO_SUCH = [build_response(404, {"message": "no"}), build_response(200, {"images": []})]


def _not_the_api(what: str) -> Run:
    return Run(8, "", f"imgshare: the response is not from the image API: {what}\n{CHECK}")


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (build_member("rejected"), "a member with the status rejected instead of accepted"),
        (build_member(image_id=OTHER_IMAGE), f"a member of another image, {OTHER_IMAGE}"),
        (build_member(member_id=OTHER_MEMBER), f"another member, {OTHER_MEMBER}"),
        ({"name": "member"}, "a member without a valid image_id"),
    ],
    ids=["status", "image", "member", "no member"],
)
def test_a_decision_that_is_not_confirmed(
    imgshare: RunImgshare, serve: StartService, row: dict[str, Any], what: str
) -> None:
    """A 200 about another image, another project or another status is no success."""
    serve(build_response(200, row))

    assert _not_the_api(what) == imgshare("accept", IMAGE, MEMBER)


def test_ids_in_capitals(imgshare: RunImgshare, serve: StartService) -> None:
    """A service that spells the same hexadecimal ID in capitals means the same."""
    row = build_member(image_id=IMAGE.upper(), member_id=MEMBER.upper())
    serve(build_response(200, row))

    assert Run(0, json.dumps(row) + "\n") == imgshare("accept", IMAGE, MEMBER, "--json")


def test_names_in_capitals(imgshare: RunImgshare, serve: StartService) -> None:
    """Where an ID is any text, capitals make it another's."""
    serve(build_response(200, build_member(member_id="TEAM")))

    assert _not_the_api("another member, TEAM") == imgshare("accept", IMAGE, "team")


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([build_member(image_id=OTHER_IMAGE)], f"a member of another image, {OTHER_IMAGE}"),
        ([build_member(), build_member("pending")], "a list with the same member twice"),
        ("none", "an object without a list of members"),
    ],
    ids=["another image", "twice", "no list"],
)
def test_a_list_of_members_that_cannot_be(imgshare: RunImgshare, serve: StartService, rows: object, what: str) -> None:
    """Rows of another image are not shown as this one's, nor decided about."""
    service = serve(build_response(200, {"members": rows}))

    assert _not_the_api(what) == imgshare("members", IMAGE)
    assert _not_the_api(what) == imgshare("accept", IMAGE)
    assert ["GET", "GET"] == [request.method for request in service.requests]


def test_several_shares(imgshare: RunImgshare, serve: StartService) -> None:
    """A user who sees several shares must say which one is meant."""
    service = serve(build_response(200, {"members": [build_member(), build_member(member_id=OTHER_MEMBER)]}))

    assert Run(
        2,
        "",
        f"imgshare: image {IMAGE} is shared with 2 projects:\n  {MEMBER}\n  {OTHER_MEMBER}\n"
        f"hint: pass the one you mean as MEMBER, for example `imgshare accept {IMAGE} {MEMBER}`\n",
    ) == imgshare("accept", IMAGE)
    assert ["GET"] == [request.method for request in service.requests]


@pytest.mark.parametrize("name", ["image", "members", None, 5])
def test_a_schema_of_something_else(imgshare: RunImgshare, serve: StartService, name: object) -> None:
    """A login is not checked by a service that answers something else where the member schema is."""
    serve(build_response(200, {"name": name, "properties": {}}))

    run = imgshare("status")
    assert (8, _not_the_api("an object that is not the member schema").err) == (run.code, run.err)


def test_a_login_without_a_role(imgshare: RunImgshare, serve: StartService) -> None:
    """Whose token may not even read the schema is told what to ask for."""
    serve(build_response(403, {"message": "no"}))

    assert "hint: ask for a role in the project, such as 'member'" in imgshare("status").err.splitlines()


@pytest.mark.parametrize("status", [202, 203, 206, 301])
def test_a_decision_that_is_no_answer(imgshare: RunImgshare, serve: StartService, status: int) -> None:
    """No other status than 200 confirms a decision."""
    serve(build_response(status, build_member()))

    run = imgshare("accept", IMAGE, MEMBER)
    assert (8, "") == (run.code, run.out)
    assert run.err.startswith("imgshare: the response is not from the image API: ")


def test_a_share_that_is_created(imgshare: RunImgshare, serve: StartService) -> None:
    """Services that answer 201 to a new share, and 204 when it is removed, are understood."""
    serve(build_response(201, build_member("pending")), build_response(204, b""))

    assert 0 == imgshare("share", IMAGE, MEMBER).code
    assert 0 == imgshare("unshare", IMAGE, MEMBER).code


@pytest.mark.parametrize("status", [405, 406, 411, 415])
def test_a_method_that_is_not_known(imgshare: RunImgshare, serve: StartService, status: int) -> None:
    """What does not know the API's methods or its JSON is no image service, and refuses nothing."""
    serve(build_response(status, {"message": "no"}))

    run = imgshare("accept", IMAGE, MEMBER)
    assert (8, "") == (run.code, run.out)
    assert run.err.startswith(f"imgshare: the response is not from the image API: {status} ")


def test_a_redirect_to_a_long_address(imgshare: RunImgshare, serve: StartService) -> None:
    """Of an address that a service redirects to, 200 characters are shown."""
    address = "https://h.example/" + "x" * 500
    serve(build_response(302, b"", Location=address))

    assert _not_the_api(f"302 Found, a redirect to {address[:200]}") == imgshare("accept", IMAGE, MEMBER)


def test_an_html_page(imgshare: RunImgshare, serve: StartService) -> None:
    """A 404 in HTML without a request ID is another server's; with one it is Glance's own."""
    page = build_response(404, "<html><body>no such page</body></html>", "text/html")
    without = page.replace(f"X-Openstack-Request-Id: {REQUEST_ID}\r\n".encode(), b"")
    serve(without)

    assert Run(
        8,
        "",
        "imgshare: the response is not from the image API: 404 Not Found, an HTML page\n"
        "hint: check the endpoint: `imgshare status` shows it\n",
    ) == imgshare("accept", IMAGE, MEMBER)
    serve(page, *NO_SUCH)
    assert 6 == imgshare("accept", IMAGE, MEMBER).code


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<html><head><style>b {color: red}</style><title>x</title></head><body><b>no</b></body></html>", "no"),
        ("<html><body><script>alert(1)</script>no</body></html>", "no"),
        ("<html><body>a &lt;b&gt; &amp; c</body></html>", "a <b> & c"),
        ('{"message": "' + "x" * 400 + '"}', "x" * 300 + "…"),
        ("[" * 5000, "[" * 300 + "…"),
    ],
    ids=["a style", "a script", "entities", "long", "deep"],
)
def test_the_words_of_a_refusal(imgshare: RunImgshare, serve: StartService, body: str, said: str) -> None:
    """Of an error body the sentence is shown, without markup, styles and scripts, and not without end."""
    serve(build_response(409, body, "text/html" if body.startswith("<") else "application/json"))

    doing = f"cannot accept image {IMAGE} for project {MEMBER}"
    assert (
        f'imgshare: {doing}: refused (409 Conflict): "{said}"' == imgshare("accept", IMAGE, MEMBER).err.split("\n")[0]
    )


def test_an_explanation_without_end(imgshare: RunImgshare, serve: StartService) -> None:
    """Of an explanation of more than 64 KiB nothing is shown, and the status says what happened."""
    serve(build_response(409, {"message": "x" * (64 << 10)}))

    doing = f"cannot accept image {IMAGE} for project {MEMBER}"
    assert Run(7, "", f"imgshare: {doing}: refused (409 Conflict)\nrequest ID: {REQUEST_ID}\n") == imgshare(
        "accept", IMAGE, MEMBER
    )


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_that_json_does_not_have(imgshare: RunImgshare, serve: StartService, number: str) -> None:
    """What could not be printed as JSON again is no answer."""
    body = json.dumps(build_member(extra=1)).replace('"extra": 1', f'"extra": {number}')
    serve(build_response(200, body))

    assert _not_the_api(f"not JSON but application/json, {len(body)} bytes") == imgshare(
        "accept", IMAGE, MEMBER, "--timeout", "5"
    )


def test_json_that_takes_too_much_memory(imgshare: RunImgshare, serve: StartService) -> None:
    """A body that is small and would be large when it is read is not read."""
    serve(build_response(200, b'{"members": [' + b"[]," * 600_000 + b"[]]}"))

    assert _not_the_api("JSON that needs too much memory") == imgshare("members", IMAGE)


def test_a_page_of_too_many_images(imgshare: RunImgshare, serve: StartService) -> None:
    """A page of more than ten thousand images is no page."""
    rows = [{"id": f"{number:08x}-0000-4000-8000-000000000000"} for number in range(10_001)]
    serve(build_response(200, {"images": rows}))

    assert _not_the_api("a page of 10001 images") == imgshare("list")


def test_a_page_with_a_large_image(imgshare: RunImgshare, serve: StartService) -> None:
    """An image of more than 1 MiB in a list is none."""
    serve(build_response(200, {"images": [{"id": IMAGE, "owner": "o", "text": "x" * (1 << 20)}]}))

    assert _not_the_api("a list with an image of more than 1 MiB") == imgshare("list")


@pytest.mark.parametrize("text", ["x" * 256, "a/b", "..", " ", "a\\b"])
def test_ids_that_cannot_be(imgshare: RunImgshare, serve: StartService, text: str) -> None:
    """What is not a valid project ID is not sent."""
    service = serve(build_response(200, build_member()))

    assert 2 == imgshare("accept", IMAGE, text).code
    assert [] == service.requests


@pytest.mark.parametrize("when", ["soon", "Mon, 99 Nov 2026 00:00:00 GMT"])
def test_a_pause_that_is_no_time(imgshare: RunImgshare, serve: StartService, when: str) -> None:
    """A Retry-After that is neither seconds nor a date is passed over."""
    service = serve(build_response(503, {}, Retry_After=when), build_response(200, build_member()))

    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert 2 == len(service.requests)


def test_a_pause_until_a_date(imgshare: RunImgshare, serve: StartService) -> None:
    """A Retry-After that is a date far away is not waited for."""
    serve(build_response(503, {}, Retry_After="Fri, 01 Jan 2100 00:00:00 GMT"), build_response(200, build_member()))
    started = time.monotonic()

    assert 8 == imgshare("accept", IMAGE, MEMBER).code
    assert time.monotonic() - started < 10


def test_json_after_two_dashes(imgshare: RunImgshare, serve: StartService) -> None:
    """What follows `--` is not an option of imgshare: an error stays a sentence."""
    serve(build_response(200, build_member()))

    run = imgshare("accept", IMAGE, "--", "--json", "more")
    assert (2, "imgshare: ") == (run.code, run.err[:10])


def test_some_refused(imgshare: RunImgshare, serve: StartService) -> None:
    """Of several projects each is tried, whatever the first was refused for, and the end says how many failed."""
    for status, requests in ((403, 2), (404, 2), (413, 3)):  # with 413 it may be one of the members that there are
        service = serve(
            build_response(status, {"message": "no"}),
            build_response(200, build_member("pending", member_id=OTHER_MEMBER)),
        )
        run = imgshare("share", IMAGE, MEMBER, OTHER_MEMBER, "--json")
        assert (9, requests) == (run.code, len(service.requests)), status
        assert "1 of 2 projects failed, the others succeeded" in run.err


def test_all_refused(imgshare: RunImgshare, serve: StartService) -> None:
    """Where all are refused, nothing claims that others are done."""
    serve(build_response(409, {"message": "no"}))

    run = imgshare("share", IMAGE, MEMBER, OTHER_MEMBER)
    assert (9, "imgshare: all 2 projects failed") == (run.code, run.err.splitlines()[-1])


def test_an_error_without_a_cause_is_not_looked_into(serve: StartService) -> None:
    """Where the tool itself found nothing, no further question is asked."""
    service = serve(build_response(200, {"members": []}))

    shown = run_at_terminal(160, "accept", IMAGE, NO_COLOR="1")

    assert (6, f"imgshare: image {IMAGE} is not shared with any project") == (shown.code, shown.lines[0])
    assert f"/v2/images/{IMAGE}/members" == service.requests[-1].path
