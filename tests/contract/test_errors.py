"""How the service says no: the format by Accept, the request's ID, and who is nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.expectations import A_REQUEST_ID, Text

if TYPE_CHECKING:
    import httpx

    from tests.support.share import Share
    from tests.support.users import Users

PATH = "/v2/images/%3Cb%3E%26%22%27%C3%A9"
SENTENCE = "No image found with ID <b>&\"'Ã©"
JSON_PAGE = (
    '{"message": "No image found with ID <b>&\\"\'\\u00c3\\u00a9<br /><br />\\n\\n\\n",'
    ' "code": "404 Not Found", "title": "Not Found"}'
)
HTML_PAGE = (
    "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n"
    "  No image found with ID &lt;b&gt;&amp;&quot;&#x27;&#195;&#169;<br /><br />\n\n\n\n </body>\n</html>"
)
JSON = ("application/json", JSON_PAGE)
HTML = ("text/html; charset=UTF-8", HTML_PAGE)
TEXT = ("text/plain; charset=UTF-8", "404 Not Found\n\nNo image found with ID &\"'Ã©\n\n   ")

UNAUTHORIZED = (
    "This server could not verify that you are authorized to access the document you requested. Either you supplied"
    " the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials"
    " required."
)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("application/json", JSON),
        ("APPLICATION/JSON", JSON),
        ("application/*", JSON),
        ("application/json;q=0.5", JSON),
        ("application/json, text/html;q=0.1", JSON),
        ("application/xml, application/json", JSON),
        ("text/html;q=0, */*", JSON),
        ("*/*", HTML),
        ("text/html", HTML),
        ("text/*", HTML),
        ("application/json, */*", HTML),
        ("application/json;q=0.9, text/html", HTML),
        ("no media type", HTML),
        ("", TEXT),
        ("text/plain", TEXT),
        ("application/json;q=0", TEXT),
        ("application/json;charset=utf-8", TEXT),
        ("image/png", TEXT),
    ],
)
def test_format(users: Users, accept: str, form: tuple[str, str]) -> None:
    """Exactly `application/json` gets JSON, whatever HTML could satisfy gets HTML, and the rest gets plain text."""
    response = users.member.send("GET", PATH, Accept=accept)

    assert (404, *form) == (response.status_code, response.headers["Content-Type"], response.text)


def test_format_without_accept(users: Users) -> None:
    """A client that says nothing gets plain text."""
    request = users.member.http.build_request("GET", PATH, headers={"X-Auth-Token": users.member.token})
    del request.headers["Accept"]

    response = users.member.http.send(request)

    assert (404, *TEXT) == (response.status_code, response.headers["Content-Type"], response.text)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v2/images?limit=1", 200),
        ("GET", "/v2/schemas/member", 200),
        ("GET", "/v2/images/nope", 404),
        ("GET", "/v2/nope", 404),
        ("POST", "/v2/images", 400),
        ("PUT", "/v2/images", 405),
    ],
)
def test_request_id(users: Users, method: str, path: str, status: int) -> None:
    """Every answer has the ID of its request, another one each time."""
    first, second = users.member.send(method, path), users.member.send(method, path)

    assert (status, A_REQUEST_ID) == (first.status_code, first.headers["X-Openstack-Request-Id"])
    assert first.headers["X-Openstack-Request-Id"] != second.headers["X-Openstack-Request-Id"]


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("req-mine", "req-mine"),
        ("mine", "req-mine"),
        ("m" * 64, "req-" + "m" * 64),
        ("", A_REQUEST_ID),
        ("m" * 65, None),
    ],
)
def test_own_request_id(users: Users, sent: str, answered: object) -> None:
    """A client may bring its own ID; one of more than 64 characters is lost."""
    response = users.member.send("GET", "/v2/schemas/member", X_Openstack_Request_Id=sent)

    assert (200, answered) == (response.status_code, response.headers.get("X-Openstack-Request-Id"))


@pytest.mark.parametrize("headers", [{}, {"X-Auth-Token": ""}, {"X-Auth-Token": "gAAAAABnonsense"}])
@pytest.mark.parametrize("path", ["/v2/images", "/v2/nope", "/v2/schemas/member", "/v2"])
def test_nobody(http: httpx.Client, headers: dict[str, str], path: str) -> None:
    """Without a good token everything below /v2 is 401, says where tokens come from, and has no request ID."""
    response = http.get(path, headers={"Accept": "application/json", **headers})

    page = {"message": f"{UNAUTHORIZED}<br /><br />\n\n\n", "code": "401 Unauthorized", "title": "Unauthorized"}
    assert (401, page) == (response.status_code, response.json())
    assert Text(r'Keystone uri="http://.*/v3"') == response.headers["WWW-Authenticate"]
    assert "X-Openstack-Request-Id" not in response.headers


def test_nobody_in_html(http: httpx.Client, share: Share) -> None:
    """A 401 comes in the format that was asked for, too."""
    response = http.put(share.path, json={"status": "accepted"}, headers={"Accept": "*/*"})

    page = (
        "<html>\n <head>\n  <title>401 Unauthorized</title>\n </head>\n <body>\n  <h1>401 Unauthorized</h1>\n"
        f"  {UNAUTHORIZED}<br /><br />\n\n\n\n </body>\n</html>"
    )
    assert (401, page) == (response.status_code, response.text)
