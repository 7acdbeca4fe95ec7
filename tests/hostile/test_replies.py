"""What a service may answer: nothing takes more memory or time than it may, and each answer has its exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import hostile_responses
from tests.support.examples import limit_examples
from tests.support.fake_keystone import (
    ISSUED,
    PASSWORD,
    FakeKeystone,
    build_login_response,
    build_token_document,
    set_login_environ,
)
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, FakeService, build_member, build_response, use_service
from tests.support.measured_run import run_measured
from tests.support.run import Run, run_tool
from tests.support.scripted_images import Page, ScriptedImageService, build_image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

pytestmark = [
    pytest.mark.hostile,
    # Logins in this process: openstacksdk warns of its own next version, which no user is shown.
    pytest.mark.filterwarnings("ignore::openstack.warnings.RemovedInSDK60Warning"),
]


@pytest.fixture(params=["image service", "discovery", "login"])
def run_against(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunImgshare]:
    """Have the tool meet a reply: at the image service, at the identity service, or as the answer to a login."""
    started: list[FakeService] = []

    def run(reply: Any, timeout: float = 5) -> Run:
        if request.param == "image service":
            service = FakeService(reply)
            use_service(monkeypatch, service.endpoint)
        else:
            service = FakeKeystone(reply) if request.param == "login" else FakeService(reply)
            set_login_environ(f"{service.endpoint}/v3", monkeypatch)
        started.append(service.__enter__())
        run = run_measured("show", IMAGE, MEMBER, timeout=timeout)
        assert not any(secret in run.out + run.err for secret in (TOKEN, PASSWORD, ISSUED))
        return run

    yield run
    for service in started:
        service.__exit__(None, None, None)


@pytest.mark.parametrize("name", hostile_responses.ENCODED)
def test_encoded_answers(run_against: RunImgshare, name: str) -> None:
    """No encoding is undone: some hundred bytes can become gigabytes. That is exit 8, with the status too."""
    run = run_against(hostile_responses.ENCODED[name])

    assert (8, "") == (run.code, run.out)
    assert run.err.startswith("imgshare: 127.0.0.1 responded with the encoding '")
    assert "\x1b" not in run.err


@pytest.mark.parametrize("name", hostile_responses.ENDLESS)
def test_endless_answers(run_against: RunImgshare, name: str) -> None:
    """What does not end is not read to the end."""
    run = run_against(hostile_responses.ENDLESS[name], timeout=3)

    assert (8, "") == (run.code, run.out)


@pytest.mark.parametrize("name", hostile_responses.SLOW)
def test_slow_answers(run_against: RunImgshare, name: str) -> None:
    """--timeout holds for the whole, not for each byte, and is named."""
    run = run_against(hostile_responses.SLOW[name], timeout=1)

    hint = "hint: try again, or allow more time, such as --timeout 5m\n"
    assert Run(8, "", f"imgshare: 127.0.0.1 did not respond within 1 s\n{hint}") == run


@pytest.mark.parametrize("name", hostile_responses.UNREADABLE)
def test_unreadable_answers(run_against: RunImgshare, name: str) -> None:
    """What is not the API's JSON is exit 8, with a sentence."""
    run = run_against(hostile_responses.UNREADABLE[name])

    assert (8, "") == (run.code, run.out)
    assert run.err.startswith("imgshare: ")


@pytest.mark.parametrize(
    "location",
    [
        b"http://a:b:c/",
        b"http://" + b"a" * 70_000,
        b"x" * 70_000,
        b"http://\xd9\xa1/",
        b"http://\xc2\xad",
        b"http://[",
        b"",
    ],
    ids=["ports", "long host", "long", "digits", "soft hyphen", "bracket", "empty"],
)
def test_redirects_to_nowhere(run_against: RunImgshare, location: bytes) -> None:
    """What a Location holds is not looked at, so it cannot hurt."""
    for status in (302, 307):
        head = b"HTTP/1.1 %d Found\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n" % (status, location)

        run = run_against(head)

        assert (8, "") == (run.code, run.out)
        assert len(run.err) < 1000


def test_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cookies are neither kept nor sent back."""
    cookies = "".join(f"Set-Cookie: a{number}=1\r\n" for number in range(3000))
    body = json.dumps({"message": "busy"})
    head = f"HTTP/1.1 503 Busy\r\n{cookies}Content-Length: {len(body)}\r\n\r\n{body}"
    with FakeService(head.encode(), build_response(200, build_member())) as service:
        use_service(monkeypatch, service.endpoint)

        assert 0 == run_measured("accept", IMAGE, MEMBER, timeout=5).code
    assert "cookie" not in service.requests[1].headers


@pytest.mark.parametrize("status", hostile_responses.REDIRECTS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_redirects(run_against: RunImgshare, status: int, scheme: str) -> None:
    """A redirect is exit 8, is named, and is not followed: nothing reaches the address that it names."""
    with FakeService(build_response(200, build_member())) as elsewhere:
        target = elsewhere.endpoint.replace("http", scheme, 1) + "/v3/auth/tokens"
        run = run_against(hostile_responses.build_reply(b"", status=status, Location=target))

        assert [] == elsewhere.requests
    assert (8, "") == (run.code, run.out)
    assert f"a redirect to {target}" in run.err


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 599])
def test_services_that_are_busy(run_against: RunImgshare, status: int) -> None:
    """A service that is busy or failed is exit 8, whichever it is."""
    run = run_against(hostile_responses.build_reply(b"{}", status=status), timeout=1)

    assert (8, "") == (run.code, run.out)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 503])
def test_long_explanations(run_against: RunImgshare, status: int) -> None:
    """Of an error's body 64 KiB are read; more of it hides neither the status nor its exit code."""
    body = json.dumps({"message": "x" * (1 << 20)}).encode()

    run = run_against(hostile_responses.build_reply(body, status=status))

    assert run.code in {3, 4, 5, 6, 7, 8}
    assert len(run.err) < 2000


@pytest.mark.parametrize("shape", ["objects", "arrays", "empty", "numbers", "texts", "keys"])
@pytest.mark.parametrize("count", [200_000, 330_000, 1_000_000, 3_000_000])
def test_many_values(monkeypatch: pytest.MonkeyPatch, shape: str, count: int) -> None:
    """A list that becomes much larger when it is parsed is bounded as well."""
    with FakeService(hostile_responses.build_reply(hostile_responses.build_many_values(shape, count))) as service:
        use_service(monkeypatch, service.endpoint)

        assert 8 == run_measured("list", "--json", timeout=20).code


@pytest.mark.parametrize("widest", ["a", "é", "€", "\U0001f600"])
@pytest.mark.parametrize("characters", [1 << 20, 10 << 20, 31 << 20])
def test_wide_texts(monkeypatch: pytest.MonkeyPatch, characters: int, widest: str) -> None:
    """One wide character makes Python keep a whole text with four bytes for each: that is bounded, too."""
    with FakeService(hostile_responses.build_reply(hostile_responses.build_wide_text(characters, widest))) as service:
        use_service(monkeypatch, service.endpoint)

        assert 8 == run_measured("list", "--json", timeout=20).code


@pytest.mark.parametrize("filler", ["a", "é", "€", "\U0001f600", "\x00"])
def test_a_large_image_in_a_list(monkeypatch: pytest.MonkeyPatch, filler: str) -> None:
    """One image of many MiB is not passed on, because printing it takes a multiple of that."""
    with ScriptedImageService() as service:
        service.list_page = lambda _query: Page([build_image(x=filler * (1 << 20))])
        service.enter(monkeypatch)

        run = run_measured("list", "--json", timeout=20)

    assert (8, "") == (run.code, run.out)
    assert "an image of more than 1 MiB" in run.err


ESCAPED = [
    ({f"{chr(0x1F600)}{number:05x}": 0.5 for number in range(300_000)}, "keys"),
    ([f"{chr(0x1F600)}{number:05x}xxxxxxxxxxx" for number in range(900_000)], "texts"),
    ({f"{chr(0x1F600)}{number:05x}": {} for number in range(200_000)}, "objects"),
]


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize(("document", "_shape"), ESCAPED, ids=[shape for _, shape in ESCAPED])
@pytest.mark.parametrize("share_of_it", [1, 0.5, 0.25])
def test_wide_values(
    monkeypatch: pytest.MonkeyPatch, document: Any, _shape: str, share_of_it: float, *, ascii_only: bool
) -> None:
    """Small values with wide characters, escaped or not, are bounded together with their number."""
    count = int(len(document) * share_of_it)
    part = dict(list(document.items())[:count]) if isinstance(document, dict) else document[:count]
    pieces = list(part.items()) if isinstance(part, dict) else part
    rows = [build_image(number, p=_slice_document(pieces, number, part)) for number in range(100)]
    body = json.dumps({"images": rows}, ensure_ascii=ascii_only).encode()
    with FakeService(hostile_responses.build_reply(body)) as service:
        use_service(monkeypatch, service.endpoint)
        for argv in (["list"], ["list", "--json"], ["show", "golden"]):
            assert run_measured(*argv, timeout=20).code in {0, 2, 3, 8}


def _slice_document(pieces: list[Any], number: int, whole: Any) -> Any:
    size = len(pieces) // 100
    part = pieces[number * size : (number + 1) * size]
    return dict(part) if isinstance(whole, dict) else part


def test_many_images_and_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are as small as they can be become many objects: those are bounded, too."""
    images = b'{"images": [' + b",".join([b'{"id": "%s"}' % IMAGE.encode()] * 330_000) + b"]}"
    member = b'{"image_id": "%s", "member_id": "%x", "status": "pending"}'
    members = b'{"members": [' + b",".join(member % (IMAGE.encode(), number) for number in range(40_000)) + b"]}"
    with FakeService(hostile_responses.build_reply(images)) as service:
        use_service(monkeypatch, service.endpoint)
        assert 8 == run_measured("list", "--json", timeout=20).code
        assert 8 == run_measured("show", "golden", timeout=20).code

        service.answers[0] = hostile_responses.build_reply(members)
        assert 40_000 == run_measured("members", IMAGE, timeout=20).out.count("\n")
        assert 40_000 == run_measured("members", IMAGE, "--json", timeout=20).out.count("\n")


def test_the_honest_answer(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """The identity service that these tests twist is one that the tool logs in to."""
    service = serve(build_response(200, build_member()))
    for name in ("IMGSHARE_ENDPOINT", "IMGSHARE_TOKEN"):
        monkeypatch.delenv(name)
    with FakeKeystone(build_login_response(build_token_document(service.endpoint))) as keystone:
        set_login_environ(keystone.auth_url, monkeypatch)

        assert build_member() == run_tool("accept", IMAGE, "--json").json()
    assert ISSUED == service.requests[0].headers["x-auth-token"]
    assert ["GET", "POST"] == [request.method for request in keystone.requests]
    assert {"identity"} == {request.headers["accept-encoding"] for request in keystone.requests}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
places = st.sampled_from(
    [
        *(("token",), ("token", "user"), ("token", "user", "name"), ("token", "project"), ("token", "project", "id")),
        *(("token", "project", "name"), ("token", "roles"), ("token", "roles", 0), ("token", "roles", 0, "name")),
        *(("token", "catalog"), ("token", "catalog", 0), ("token", "catalog", 0, "type")),
        *(("token", "catalog", 0, "endpoints"), ("token", "catalog", 0, "endpoints", 0)),
        *(("token", "catalog", 0, "endpoints", 0, name) for name in ("url", "interface", "region", "region_id")),
        *(("token", "expires_at"), ("token", "issued_at"), ("token", "methods"), ("token", "user", "domain")),
    ]
)


@limit_examples(150)
@given(place=places, value=values | st.just(...))
def test_twisted_tokens(imgshare: RunImgshare, place: tuple[Any, ...], value: Any) -> None:
    """Whatever a response to a login contains or lacks, the run ends with a sentence and a known code."""
    with FakeService(build_response(200, build_member())) as service, pytest.MonkeyPatch.context() as patch:
        document = build_token_document(service.endpoint)
        *above, last = place
        inside: Any = document
        for part in above:
            inside = inside[part]
        if value is ...:
            del inside[last]
        else:
            inside[last] = value
        with FakeKeystone(build_login_response(document)) as keystone:
            set_login_environ(keystone.auth_url, patch)
            run = imgshare("accept", IMAGE, MEMBER)
        assert run.code in {0, 3, 4, 8}, run
        assert "this is a bug" not in run.err, run
        assert not any(secret in run.out + run.err for secret in (PASSWORD, ISSUED))


@pytest.mark.parametrize("place", ["expires_at", "issued_at"])
@pytest.mark.parametrize(
    "time",
    [
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+12:00",
        "2099-01-01T00:00:00+99:99",
        "99999-01-01",
        "٢٠٩٩-01-01",
    ],
)
def test_times_that_nobody_can_count_with(
    monkeypatch: pytest.MonkeyPatch, imgshare: RunImgshare, place: str, time: str
) -> None:
    """A token that ends at the end of all time, or before its beginning, is a sentence or taken."""
    document = build_token_document("http://127.0.0.1:1", **{place: time})
    with FakeKeystone(build_login_response(document)) as keystone:
        set_login_environ(keystone.auth_url, monkeypatch)

        run = imgshare("accept", IMAGE, MEMBER)

    assert 8 == run.code, run
    assert "this is a bug" not in run.err


@pytest.mark.parametrize(
    "charset", ["punycode", "utf-7", "cp037", "idna", "unicode_escape", "base64", "rot13", "x" * 99]
)
def test_charsets(run_against: RunImgshare, charset: str) -> None:
    """The charset that an answer names is not used: some take minutes, others hide what is counted."""
    body = b'{"token": "' + b"-a9" * 300_000 + b'"}'

    run = run_against(hostile_responses.build_reply(body, kind=f"application/json; charset={charset}"), timeout=2)

    assert (8, "") == (run.code, run.out)


@pytest.mark.parametrize("header", ["", " ", "a b", "ü", "\x01"])
def test_tokens_that_are_none(monkeypatch: pytest.MonkeyPatch, imgshare: RunImgshare, header: str) -> None:
    """A login that is answered without a valid token is exit 8."""
    with FakeKeystone(
        build_login_response(build_token_document("http://127.0.0.1:1"), X_Subject_Token=header)
    ) as keystone:
        set_login_environ(keystone.auth_url, monkeypatch)

        assert 8 == imgshare("accept", IMAGE, MEMBER).code


@pytest.mark.parametrize(
    "retry_after",
    [
        "1e9",
        "9" * 400,
        "-1",
        "Fri, 31 Dec 9999 23:59:59 -9999",
        "Fri, 01 Jan 0001 00:00:00 +9999",
        "Fri, 31 Dec 99999999 23:59:59 GMT",
        "Mon, 01 Jan 2024 00:00:00 +99999999999999999999",
        "\u00b2",
    ],
)
def test_retry_after(serve: StartService, retry_after: str) -> None:
    """Whatever Retry-After says, the run waits no longer than it may, and tells of the 503."""
    serve(hostile_responses.build_reply(b"{}", status=503, Retry_After=retry_after.encode().decode("latin-1")))

    run = run_measured("show", IMAGE, MEMBER, timeout=2)

    assert (8, "") == (run.code, run.out)
    assert "503 Service Unavailable" in run.err
