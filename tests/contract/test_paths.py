"""Addresses and methods: what is where, and what becomes of odd IDs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.expectations import build_refusal

if TYPE_CHECKING:
    import httpx

    from tests.support.share import Share
    from tests.support.users import Users

NOT_FOUND = "The resource could not be found."
VERSIONS = [f"v2.{minor}" for minor in range(18, -1, -1)]


@pytest.mark.parametrize(("path", "status"), [("/", 300), ("/versions", 200), ("/v1/images", 300), ("/nope", 300)])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_versions(http: httpx.Client, method: str, path: str, status: int) -> None:
    """Whatever names no version is answered with the versions there are, to anybody."""
    response = http.request(method, path)

    links = [{"rel": "self", "href": f"{str(http.base_url).rstrip('/')}/v2/"}]
    versions = [
        {"id": name, "status": "CURRENT" if name == "v2.18" else "SUPPORTED", "links": links} for name in VERSIONS
    ]
    assert (status, {"versions": versions}) == (response.status_code, response.json())


def test_versions_elsewhere(http: httpx.Client) -> None:
    """The addresses of the versions are those by which the service was called."""
    versions = http.get("/", headers={"Host": "glance.example:9292"}).json()["versions"]

    assert {"http://glance.example:9292/v2/"} == {link["href"] for version in versions for link in version["links"]}


@pytest.mark.parametrize("version", ["v2", "v2.0", "v2.9", "v2.18"])
def test_any_version(users: Users, share: Share, version: str) -> None:
    """Every version is the same service."""
    assert (200, share.created) == users.member.ask("GET", share.path.replace("v2", version, 1))


def test_root_of_the_api(users: Users) -> None:
    """The root of the API redirects to itself with a slash, where there is nothing."""
    response = users.member.send("GET", "/v2")

    assert (302, f"{users.member.endpoint}/v2/") == (
        response.status_code,
        response.headers["Location"],
    )
    assert build_refusal(404, NOT_FOUND) == users.member.ask("GET", "/v2/")


@pytest.mark.parametrize("name", ["member", "members"])
def test_schemas(users: Users, name: str) -> None:
    """Everybody with a token, even without a role, may read what a member looks like."""
    member = {
        "name": "member",
        "properties": {
            "member_id": {"type": "string", "description": "An identifier for the image member (tenantId)"},
            "image_id": {
                "type": "string",
                "description": "An identifier for the image",
                "pattern": "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$",
            },
            "created_at": {"type": "string", "description": "Date and time of image member creation"},
            "updated_at": {"type": "string", "description": "Date and time of last modification of image member"},
            "status": {
                "type": "string",
                "description": "The status of this image member",
                "enum": ["pending", "accepted", "rejected"],
            },
            "schema": {"readOnly": True, "type": "string"},
        },
    }
    members = {
        "name": "members",
        "properties": {"members": {"type": "array", "items": member}, "schema": {"type": "string"}},
        "links": [{"rel": "describedby", "href": "{schema}"}],
    }

    assert (200, {"member": member, "members": members}[name]) == users.guest.ask("GET", f"/v2/schemas/{name}")


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v2/images", "GET, POST"),
        ("/v2/images/{image_id}", "GET, PATCH, DELETE"),
        ("/v2/images/{image_id}/members", "GET, POST"),
        ("/v2/images/{image_id}/members/{member_id}", "GET, PUT, DELETE"),
        ("/v2/schemas/member", "GET"),
        ("/v2/schemas/members", "GET"),
    ],
)
def test_methods(users: Users, share: Share, path: str, methods: str) -> None:
    """A method that a resource lacks is a 405 that names those it has."""
    path = path.format(image_id=share.image, member_id=share.member)
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - set(methods.split(", ")):
        response = users.member.send(method, path)

        sentence = f"The method {method} is not allowed for this resource. "
        assert build_refusal(405, sentence, "<br /><br />\n") == (response.status_code, response.json())
        assert methods == response.headers["Allow"]


def test_head(users: Users, share: Share) -> None:
    """There is no HEAD."""
    response = users.member.send("HEAD", share.path)

    assert (405, b"", "GET, PUT, DELETE") == (response.status_code, response.content, response.headers["Allow"])


@pytest.mark.parametrize("path", ["/", "/versions", "/v2/images", "/v2/nope"])
def test_options(http: httpx.Client, path: str) -> None:
    """OPTIONS is always fine, and says nothing of use."""
    assert http.options(path).status_code == 200


def test_unheard_of_method(users: Users) -> None:
    """A method that nobody has heard of is not implemented where there is nothing."""
    answer = users.member.ask("BREW", "/v2/nope")

    sentence = "\nThe request method BREW is not implemented for this server. "
    assert build_refusal(501, sentence, "<br /><br />\n") == answer


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "{path}/",
        "{path}/more",
        "{path}%2f",
        "/v2/images/{image_id}/members/..%2f{member_id}",
        "/v2/images/{image_id}/members/%2e%2e%2f{member_id}",
        "/v2/images/{image_id}/members/a%2fb",
        "/v2/images/",
        "/v2/nope",
        "/v2/images/{image_id}/nope",
    ],
)
def test_nothing_there(users: Users, share: Share, method: str, path: str) -> None:
    """A slash at the end, one too many, or one in disguise, leads to nothing."""
    path = path.format(path=share.path, image_id=share.image, member_id=share.member)

    assert build_refusal(404, NOT_FOUND) == users.member.ask(method, path)


@pytest.mark.parametrize(
    "path",
    [
        "//v2//images//{image_id}//members//{member_id}",
        "/v2/images/{image_id}%2Fmembers%2f{member_id}",
        "/v2/images/{image_id}/members/{escaped}",
        "/v2/images/{image_id}/members/{member_id}?any=thing",
    ],
)
def test_same_place(users: Users, share: Share, path: str) -> None:
    """Many slashes are one, an escaped slash is a slash, and any other character may be escaped."""
    escaped = "".join(f"%{ord(character):02x}" for character in share.member)
    path = path.format(image_id=share.image, member_id=share.member, escaped=escaped)

    assert (200, share.created) == users.member.ask("GET", users.member.endpoint + path)


@pytest.mark.parametrize(
    ("given", "heard"),
    [
        ("nope", "nope"),
        ("%20", " "),
        ("a%20b", "a b"),
        ("a+b", "a+b"),
        ("%25", "%"),
        ("a;b=c,d", "a;b=c,d"),
        ("%3Cb%3E", "<b>"),
        ("%E6%97%A5", "æ\x97¥"),
        ("m" * 300, "m" * 300),
        ("a.json", "a.json"),
    ],
)
def test_odd_ids(users: Users, share: Share, given: str, heard: str) -> None:
    """Any text is a possible ID and none of these is one; each byte of it is heard as a character."""
    images = f"{users.member.endpoint}/v2/images"

    no_member = build_refusal(404, f"{heard} not found in the member list of the image {share.image}.")
    assert no_member == users.member.ask("PUT", f"{images}/{share.image}/members/{given}", {"status": "accepted"})
    assert build_refusal(404, f"No image found with ID {heard}") == users.member.ask("GET", f"{images}/{given}")
    assert build_refusal(404, f"Image {heard} not found.") == users.member.ask("GET", f"{images}/{given}/members")


def test_ids_have_a_case(users: Users, share: Share) -> None:
    """An ID in upper case is another one."""
    image_id, member_id = share.image.upper(), share.member.upper()

    assert build_refusal(404, f"No image found with ID {image_id}") == users.member.ask("GET", f"/v2/images/{image_id}")
    assert build_refusal(404, f"Image {image_id} not found.") == users.member.decide(image_id, share.member, "accepted")
    assert build_refusal(404, f"{member_id} not found in the member list of the image {share.image}.") == (
        users.member.decide(share.image, member_id, "accepted")
    )


def test_unreachable_member(users: Users) -> None:
    """An image can be shared with a member whose ID is not ASCII, who can then never be found."""
    image_id = users.owner.make_image()
    users.owner.share(image_id, "日")

    answer = users.owner.ask("GET", f"/v2/images/{image_id}/members/日")

    assert build_refusal(404, f"æ\x97¥ not found in the member list of the image {image_id}.") == answer


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "{path}"),
        ("DELETE", "{path}"),
        ("GET", "/v2/images/{image_id}"),
        ("DELETE", "/v2/images/{image_id}"),
        ("GET", "/v2/images/{image_id}/members"),
        ("GET", "/v2/schemas/member"),
    ],
)
def test_unexpected_bodies(users: Users, share: Share, method: str, path: str) -> None:
    """A body where none belongs is refused, and nothing happens."""
    answer = users.owner.ask(method, path.format(path=share.path, image_id=share.image), b"{}")

    assert build_refusal(400, "A body is not expected with this request.") == answer
    assert (200, share.created) == users.member.ask("GET", share.path)


@pytest.mark.parametrize("chunks", [[b'{"status": ', b'"accepted"}'], [b'{"status": "accepted"}']])
def test_chunks(users: Users, share: Share, chunks: list[bytes]) -> None:
    """A body may come in chunks."""
    headers = {"X-Auth-Token": users.member.token, "Accept": "application/json"}

    response = users.member.http.put(share.path, content=iter(chunks), headers=headers)

    assert (200, "accepted") == (response.status_code, response.json()["status"])
