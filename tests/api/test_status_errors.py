"""What is said when the service says no: five shapes of error body, one sentence, one exit code."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import IMAGE, MEMBER, REQUEST_ID, TOKEN, build_response
from tests.support.run import Run

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

OTHER = IMAGE.replace("d164", "0000")
SUBJECT = f"cannot accept image {IMAGE} for project {MEMBER}"
SAID = "You are not authorized to complete modify_member action."
HINT_403 = "only MEMBER can decide, with the role 'member', about an image with the visibility 'shared'"

WEBOB_HTML = (
    f"<html>\n <head>\n  <title>403 Forbidden</title>\n </head>\n <body>\n  <h1>403 Forbidden</h1>\n"
    f"  {SAID}<br /><br />\n\n\n\n </body>\n</html>"
)
SHAPES = {
    "webob JSON": build_response(
        403, {"message": f"{SAID}<br /><br />\n\n\n", "code": "403 Forbidden", "title": "Forbidden"}
    ),
    "webob HTML": build_response(403, WEBOB_HTML, "text/html"),
    "webob text": build_response(403, f"403 Forbidden\n\n{SAID}\n\n", "text/plain"),
    "Keystone": build_response(403, {"error": {"code": 403, "title": "Forbidden", "message": SAID}}),
    "a proxy": build_response(
        403, f"<html><head><title>403</title></head><body><h1>403 Forbidden</h1>{SAID}</body></html>", "text/html"
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_becomes_the_same_sentence(imgshare: RunImgshare, serve: StartService, shape: str) -> None:
    """Whichever server answers, and in whatever form, the reason is read and no markup is shown."""
    serve(SHAPES[shape])

    assert Run(
        5,
        "",
        f'imgshare: {SUBJECT}: forbidden: "{SAID}"\nhint: {HINT_403}\nrequest ID: {REQUEST_ID}\n',
    ) == imgshare("accept", IMAGE, MEMBER)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"error": {"message": "The imagetype is invalid.", "code": "IMG.0024"}},
            "The imagetype is invalid. (IMG.0024)",
        ),
        (
            {"error_msg": "Bad request.", "error_code": "APIGW.0602", "request_id": "r"},
            "Bad request. (APIGW.0602)",
        ),
    ],
    ids=["IMS", "API gateway"],
)
def test_codes_worth_looking_up(imgshare: RunImgshare, serve: StartService, body: object, words: str) -> None:
    """The codes of IMS and of the API gateway are kept: their documentation explains them."""
    serve(build_response(400, body))

    assert (
        f'{SUBJECT}: refused (400 Bad Request): "{words}"'
        == imgshare("accept", IMAGE, MEMBER, "--json").error()["message"]
    )


@pytest.mark.parametrize(
    ("status", "code", "name", "sentence"),
    [
        (400, 7, "refused", "refused (400 Bad Request)"),
        (401, 4, "auth", "the token from IMGSHARE_TOKEN was rejected"),
        (403, 5, "forbidden", "forbidden"),
        (409, 7, "refused", "refused (409 Conflict)"),
        (413, 7, "refused", "refused (413 Request Entity Too Large)"),
        (422, 7, "refused", "refused (422 Unprocessable Entity)"),
        (429, 8, "unavailable", "too many requests"),
        (500, 8, "unavailable", "the service failed (500 Internal Server Error)"),
        (502, 8, "unavailable", "the service failed (502 Bad Gateway)"),
        (503, 8, "unavailable", "the service failed (503 Service Unavailable)"),
        (504, 8, "unavailable", "the service failed (504 Gateway Timeout)"),
        (599, 8, "unavailable", "the service failed (599)"),
    ],
)
def test_exit_codes(  # noqa: PLR0913, PLR0917
    imgshare: RunImgshare, serve: StartService, status: int, code: int, name: str, sentence: str
) -> None:
    """Every status has its exit code, its name in JSON and its sentence; stdout stays empty."""
    serve(build_response(status, {"message": "No."}))

    run = imgshare("accept", IMAGE, MEMBER, "--json", "--timeout", "1")

    assert code == run.code
    error = run.error()
    assert (name, status, REQUEST_ID) == (error["code"], error["http_status"], error["request_id"])
    assert f'{SUBJECT}: {sentence}: "No."' == error["message"]


BAD = {
    "not JSON": (
        build_response(200, "<html>Welcome</html>", "text/html; charset=utf-8"),
        "not JSON but text/html, 20 bytes",
    ),
    "nothing": (build_response(200, ""), "not JSON but nothing"),
    "cut short": (build_response(200, '{"status": "acc'), "not JSON but application/json, 15 bytes"),
    "not UTF-8": (build_response(200, b'{"status": "\xff"}'), "not JSON but application/json, 15 bytes"),
    "too large a number": (build_response(200, '{"size": 1e999}'), "not JSON but application/json, 15 bytes"),
    "not a number": (build_response(200, '{"size": NaN}'), "not JSON but application/json, 13 bytes"),
    "deep": (build_response(200, "[" * 100_000), "not JSON but application/json, 100000 bytes"),
    "an array": (build_response(200, []), "a JSON array instead of an object"),
    "null": (build_response(200, "null"), "a JSON null instead of an object"),
    "no image": (
        build_response(200, {"status": "accepted", "member_id": MEMBER}),
        "a member without a valid image_id",
    ),
    "no member": (
        build_response(200, {"status": "accepted", "image_id": IMAGE}),
        "a member without a valid member_id",
    ),
    "no status": (build_response(200, {"image_id": IMAGE, "member_id": MEMBER}), "a member without a status"),
    "strange status": (
        build_response(200, {"image_id": IMAGE, "member_id": MEMBER, "status": "Accepted"}),
        "a member with an unknown status: Accepted",
    ),
    "listed status": (
        build_response(200, {"image_id": IMAGE, "member_id": MEMBER, "status": ["accepted"]}),
        "a member with an unknown status: ['accepted']",
    ),
    "other image": (
        build_response(200, {"image_id": OTHER, "member_id": MEMBER, "status": "accepted"}),
        f"a member of another image, {OTHER}",
    ),
    "no UUID": (
        build_response(200, {"image_id": "other", "member_id": MEMBER, "status": "accepted"}),
        "a member with the image_id 'other', which is not a UUID",
    ),
    "no path": (
        build_response(200, {"image_id": IMAGE, "member_id": "../x", "status": "accepted"}),
        "a member without a valid member_id",
    ),
    "other member": (
        build_response(200, {"image_id": IMAGE, "member_id": "other", "status": "accepted"}),
        "another member, other",
    ),
    "other decision": (
        build_response(200, {"image_id": IMAGE, "member_id": MEMBER, "status": "pending"}),
        "a member with the status pending instead of accepted",
    ),
    "redirect": (
        build_response(307, "", Location="https://evil.example/v2"),
        "307 Temporary Redirect, a redirect to https://evil.example/v2",
    ),
    "not allowed": (build_response(405, {"message": "no"}), "405 Method Not Allowed"),
}


@pytest.mark.parametrize("kind", BAD)
def test_answers_are_checked(imgshare: RunImgshare, serve: StartService, kind: str) -> None:
    """What is not the image API's answer is exit 8, named, and never believed."""
    raw, came = BAD[kind]
    serve(raw)

    assert Run(
        8,
        "",
        f"imgshare: the response is not from the image API: {came}\n"
        f"hint: check the endpoint: `imgshare status` shows it\nrequest ID: {REQUEST_ID}\n",
    ) == imgshare("accept", IMAGE, MEMBER)


def test_a_page_of_another_server(imgshare: RunImgshare, serve: StartService) -> None:
    """A 404 page of a server that is no image service is exit 8: the endpoint is wrong, not the ID."""
    page = b"<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center></body></html>"
    head = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page)
    serve(head + page)

    assert Run(
        8,
        "",
        "imgshare: the response is not from the image API: 404 Not Found, an HTML page\n"
        "hint: check the endpoint: `imgshare status` shows it\n",
    ) == imgshare("show", IMAGE, MEMBER)
    run = imgshare("status")
    assert (8, "service\tunavailable") == (run.code, run.out.splitlines()[-1])


def test_a_service_without_the_schema(imgshare: RunImgshare, serve: StartService) -> None:
    """`status` against what has no member schema says that it is no image service."""
    serve(build_response(404, {"message": "no"}))

    run = imgshare("status")

    assert (8, "imgshare: the endpoint is not an image service: it has no member schema") == (
        run.code,
        run.err.splitlines()[0],
    )


def test_a_redirect_is_not_followed(imgshare: RunImgshare, serve: StartService) -> None:
    """The token does not travel to where a redirect points."""
    thief = serve(build_response(200, {}))
    service = serve(build_response(307, "", Location=thief.endpoint + "/v2"))

    assert 8 == imgshare("accept", IMAGE, MEMBER).code
    assert (1, 0) == (len(service.requests), len(thief.requests))


@pytest.mark.parametrize("text", ["../../admin", "..", ".", "a/b", "a\\b", " ", "a\nb", "a\x00b", "x" * 256, "\udcff"])
def test_impossible_members(imgshare: RunImgshare, serve: StartService, text: str) -> None:
    """What is not a valid project ID is exit 2, and is not sent."""
    service = serve(build_response(200, {}))

    assert 2 == imgshare("accept", "--", IMAGE, text).code
    assert [] == service.requests


@pytest.mark.parametrize("text", ["", " ", "a\nb", "a\x00b", "x" * 256, "\udcff"])
def test_impossible_images(imgshare: RunImgshare, serve: StartService, text: str) -> None:
    """What can be neither an ID nor a name is exit 2, and is not sent."""
    service = serve(build_response(200, {}))

    assert 2 == imgshare("accept", "--", text, MEMBER).code
    assert [] == service.requests


@pytest.mark.parametrize(
    ("member", "path"),
    [
        ("a?b=c#d", "a%3Fb%3Dc%23d"),
        ("%2e%2e", "%252e%252e"),
        ("镜像", "%E9%95%9C%E5%83%8F"),
        ("-weird", "-weird"),
        ("a b", "a%20b"),
    ],
)
def test_odd_ids_stay_one_segment(imgshare: RunImgshare, serve: StartService, member: str, path: str) -> None:
    """An odd ID is one path segment, percent-encoded."""
    service = serve(build_response(404, {"message": "no"}))

    assert 6 == imgshare("show", "--", IMAGE, member).code
    assert f"/v2/images/{IMAGE}/members/{path}" == service.requests[0].path


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_trouble_is_tried_again(imgshare: RunImgshare, serve: StartService, status: int) -> None:
    """A busy or failing service is asked again, and the user need not know."""
    body = {"status": "accepted", "image_id": IMAGE, "member_id": MEMBER}
    service = serve(build_response(status, "busy"), build_response(200, body))

    assert body == imgshare("accept", IMAGE, MEMBER, "--json").json()
    assert 2 == len(service.requests)


@pytest.mark.parametrize(("options", "tries"), [([], 6), (["--retries", "1"], 2), (["--retries", "0"], 1)])
def test_so_often_and_no_more(imgshare: RunImgshare, serve: StartService, options: list[str], tries: int) -> None:
    """Trouble that does not pass is said after five retries, or after as many as --retries allows."""
    service = serve(build_response(503, "busy"))

    assert 8 == imgshare("accept", IMAGE, MEMBER, *options).code
    assert tries == len(service.requests)


@pytest.mark.parametrize("when", ["3600", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_a_long_pause_is_not_waited_for(imgshare: RunImgshare, serve: StartService, when: str) -> None:
    """A Retry-After beyond --timeout ends the run at once: the answer is what it is."""
    service = serve(build_response(429, "busy", Retry_After=when))

    assert 8 == imgshare("accept", IMAGE, MEMBER).code
    assert 1 == len(service.requests)


def test_an_error_body_made_to_be_slow(imgshare: RunImgshare, serve: StartService) -> None:
    """A large error body full of brackets is read as quickly as any."""
    serve(build_response(400, "<html>" + "<head><" * 100_000, "text/html"))
    started = time.monotonic()

    assert 7 == imgshare("accept", IMAGE, MEMBER).code
    assert time.monotonic() - started < 5


def test_debug_says_what_went_over_the_wire(imgshare: RunImgshare, serve: StartService) -> None:
    """--debug names the request, the answer and where the token came from, and never the token."""
    service = serve(build_response(404, {"message": "no"}))

    run = imgshare("show", IMAGE, MEMBER, "--debug")

    assert f"debug: token from IMGSHARE_TOKEN, {len(TOKEN)} characters\n" in run.err
    assert f"debug: GET {service.endpoint}/v2/images/{IMAGE}/members/{MEMBER}: 404 Not Found, " in run.err
    assert TOKEN not in run.err
