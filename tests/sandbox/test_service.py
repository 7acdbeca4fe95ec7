"""What the sandbox promises beyond being an image service: demonstration data, and clean shutdown."""

from __future__ import annotations

import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from imgshare_cli.sandbox import Identity, Sandbox, SharedImage
from tests.support.expectations import A_TIME, Text
from tests.support.users import User

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2"
SHARES = (
    SharedImage("78f2eba6-f3af-5e2c-a8be-c4c94a8af4f6", "golden-debian-11", "platform", "accepted"),
    SharedImage("25d4f265-c5eb-53fc-8311-ff2b95caa947", "centos-7-legacy", "platform", "rejected"),
    SharedImage("28517c55-33ac-5f6f-a3aa-2a72bec2f73b", "golden-ubuntu-22.04", "platform", "accepted"),
    SharedImage("c26a7205-6924-55d2-a1a9-c6d6caeb44f2", "golden-debian-12", "platform", "pending"),
    SharedImage("cfdb5b5e-2f72-5dfd-a10d-ac4353155352", "ubuntu-24.04-minimal", "platform", "pending"),
    SharedImage("c9f38594-55f1-56c7-8cb5-835c2c578065", "[red] hat enterprise linux 9", "vendor", "pending"),
    SharedImage("7ffa93d5-25ea-5d4c-8dc2-788ac6762eca", "数据库-openEuler-22.03", "vendor", "pending"),
    SharedImage("3c45ee06-9672-5e73-9531-1da2b8fb7900", "windows-server-2022", "vendor", "pending"),
    SharedImage("139af098-7cb8-533b-8c48-53ddd96e016a", "golden-debian-12-rc", "platform", "pending"),
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox as new."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def you(sandbox: Sandbox) -> Iterator[User]:
    """The project that its images are shared with."""
    with httpx.Client(base_url=sandbox.endpoint, timeout=60, trust_env=False) as http:
        yield User(http, sandbox.you.project_id, sandbox.you.token)


def send_raw(sandbox: Sandbox, request: bytes) -> bytes:
    """Everything that the sandbox answers to these bytes, after which nothing more comes."""
    with socket.create_connection(("127.0.0.1", get_port(sandbox)), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def get_port(sandbox: Sandbox) -> int:
    return int(sandbox.endpoint.rpartition(":")[2])


def test_world(sandbox: Sandbox) -> None:
    """The same projects and shares wait in every sandbox, so that scripts can name them."""
    assert SHARES == sandbox.shares
    assert ("you", "7554eb872fc85cd48edb777cd123c21e") == (sandbox.you.name, sandbox.you.project_id)
    assert [("platform", "26407f07725950ca9b3f6f08141e8c86"), ("vendor", "8c27b55dadfc52b48ea1a76ed79acb0e")] == [
        (owner.name, owner.project_id) for owner in sandbox.owners
    ]


def test_traps_of_the_world(you: User) -> None:
    """What is pending comes with an image of one's own and without the hidden one, the newest first."""
    page = you.ask("GET", "/v2/images?visibility=shared&member_status=pending")[1]

    assert [
        "windows-server-2022",
        "数据库-openEuler-22.03",
        "[red] hat enterprise linux 9",
        "ubuntu-24.04-minimal",
        "golden-debian-12",
        "my-build-agent",
    ] == [image["name"] for image in page["images"]]


def test_image_of_the_world(sandbox: Sandbox, you: User) -> None:
    """Its images look like those of a cloud."""
    image = {
        "id": GOLDEN,
        "name": "golden-debian-12",
        "owner": sandbox.owners[0].project_id,
        "visibility": "shared",
        "status": "active",
        "os_hidden": False,
        "protected": False,
        "size": 2362231808,
        "virtual_size": 9663676416,
        "disk_format": "qcow2",
        "container_format": "bare",
        "checksum": Text("[0-9a-f]{32}"),
        "os_hash_algo": "sha512",
        "os_hash_value": Text("[0-9a-f]{128}"),
        "min_disk": 9,
        "min_ram": 1024,
        "tags": ["golden", "hardened"],
        "architecture": "x86_64",
        "hw_disk_bus": "scsi",
        "os_distro": "debian",
        "os_type": "linux",
        "os_version": "12",
        "created_at": A_TIME,
        "updated_at": A_TIME,
        "self": f"/v2/images/{GOLDEN}",
        "file": f"/v2/images/{GOLDEN}/file",
        "schema": "/v2/schemas/image",
    }

    assert (200, image) == you.ask("GET", f"/v2/images/{GOLDEN}")


def test_shares_follow(sandbox: Sandbox, you: User) -> None:
    """What is decided over HTTP is seen from Python, and what is taken back is gone."""
    you.decide(GOLDEN, you.project_id, "accepted")
    owner = User(you.http, sandbox.owners[1].project_id, sandbox.owners[1].token)
    owner.ask("DELETE", f"/v2/images/{SHARES[5].image_id}/members/{you.project_id}")

    golden = SharedImage(GOLDEN, "golden-debian-12", "platform", "accepted")
    assert (*SHARES[:3], golden, SHARES[4], *SHARES[6:]) == sandbox.shares


def test_more_images() -> None:
    """As many more pending images as asked for are there at once, and a list finds each of them once."""
    with Sandbox(images=2500) as sandbox, httpx.Client(base_url=sandbox.endpoint, trust_env=False) as http:
        you = User(http, sandbox.you.project_id, sandbox.you.token)
        step, names = "/v2/images?visibility=shared&member_status=pending&limit=1000&os_distro=ubuntu", []
        while step:
            page = you.ask("GET", step)[1]
            names += [image["name"] for image in page["images"]]
            step = page.get("next", "")

        nightly = [f"nightly-{number:06}" for number in range(2500, 0, -1)]
        assert [*nightly, "ubuntu-24.04-minimal", "my-build-agent"] == names
        assert 2500 + len(SHARES) == len(sandbox.shares)


def test_revoked(sandbox: Sandbox, you: User) -> None:
    """A revoked token is rejected at once, and revoking it again changes nothing."""
    assert you.ask("GET", "/v2/images")[0] == 200

    sandbox.revoke_token(you.token)
    sandbox.revoke_token(you.token)

    assert you.ask("GET", "/v2/images")[0] == 401


def test_tokens(sandbox: Sandbox) -> None:
    """A token looks like one of Keystone's, is never given twice, and is not in the repr of its owner."""
    project_id = sandbox.create_project("elsewhere")
    first, second = sandbox.issue_token(project_id, "member"), sandbox.issue_token(project_id, "member")

    assert Text("gAAAAAB[A-Za-z0-9_-]{176}") == first != second
    assert "Identity(name='a', project_id='b')" == repr(Identity("a", "b", first))
    assert Text("[0-9a-f]{32}") == project_id


def test_port(sandbox: Sandbox) -> None:
    """A port can be asked for, and one that is in use is an OSError."""
    with pytest.raises(OSError, match="Address already in use"), Sandbox(port=get_port(sandbox)):
        pass
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Sandbox(port=port) as other:
        assert other.endpoint == f"http://127.0.0.1:{port}"


def test_the_end() -> None:
    """When a sandbox ends, open connections are closed, and new ones are refused."""
    with Sandbox() as sandbox:
        idle = socket.create_connection(("127.0.0.1", get_port(sandbox)), timeout=10)
        assert httpx.get(sandbox.endpoint, trust_env=False).status_code == 300

    with idle:
        assert idle.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", get_port(sandbox)), timeout=10)


BEGIN = b"PUT /v2/images HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/1.1 and more\r\n\r\n", 400),
        (b"GET / HTTP/2\r\n\r\n", 505),
        (b"GET / HTTP/1.1\r\nno header\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n: nameless\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\ry\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nA: " + b"b" * 20000 + b"\r\n\r\n", 431),
        (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n\r\n", 431),
        (BEGIN + b"Content-Length: many\r\n\r\n", 400),
        (BEGIN + b"Content-Length: -1\r\n\r\n", 400),
        (BEGIN + b"Content-Length: +1\r\n\r\n{", 400),
        (BEGIN + b"Content-Length: 1_0\r\n\r\n", 400),
        (BEGIN + b"Content-Length: \xb2\r\n\r\n", 400),
        (BEGIN + b"Content-Length:\r\n\r\n", 400),
        (BEGIN + b"Content-Length: 5\r\n\r\n{", 400),
        (BEGIN + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n{", 400),
        (BEGIN + b"Content-Length: 99999999\r\n\r\n", 413),
        (BEGIN + b"Content-Length: 99999999999999999999\r\n\r\n", 400),
        (BEGIN + b"Transfer-Encoding: gzip\r\n\r\n", 400),
        (BEGIN + b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n", 400),
        (BEGIN + b"Transfer-Encoding: chunked\r\n\r\nx\r\n", 400),
        (BEGIN + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{", 400),
        (BEGIN + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n", 400),
        (BEGIN + b"Transfer-Encoding: chunked\r\n\r\n99999999\r\n", 413),
        (
            BEGIN + b"Transfer-Encoding: chunked\r\n\r\n" + (b"ffff\r\n" + b"a" * 65535 + b"\r\n") * 17 + b"0\r\n\r\n",
            413,
        ),
    ],
)
def test_unreadable(sandbox: Sandbox, capfd: pytest.CaptureFixture[str], request_bytes: bytes, status: int) -> None:
    """What is no request is refused, the connection ends, and nothing is said where the user would see it."""
    answer = send_raw(sandbox, request_bytes)

    assert Text(rf"(?s)HTTP/1.1 {status} .*\r\nConnection: close\r\n.*") == answer.decode()
    assert ("", "") == capfd.readouterr()


def test_status_phrase(sandbox: Sandbox) -> None:
    """The phrase of a status is the same on every Python, though Python 3.13 renamed this one."""
    response = send_raw(sandbox, BEGIN + b"Content-Length: 99999999\r\n\r\n")

    assert response.startswith(b"HTTP/1.1 413 Request Entity Too Large\r\n")
    assert response.endswith(b"\r\n\r\n413 Request Entity Too Large\n")


@pytest.mark.parametrize("request_bytes", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n", BEGIN[:30]])
def test_unfinished(sandbox: Sandbox, capfd: pytest.CaptureFixture[str], request_bytes: bytes) -> None:
    """A client that goes before its request was whole leaves no trace."""
    send_raw(sandbox, request_bytes)

    assert httpx.get(sandbox.endpoint, trust_env=False).status_code == 300
    assert ("", "") == capfd.readouterr()


def test_vanishing(sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    """A client that hangs up on its answer leaves no trace either."""
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", get_port(sandbox)), timeout=10) as connection:
            # Makes close() a reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 20)

    assert httpx.get(sandbox.endpoint, trust_env=False).status_code == 300
    assert ("", "") == capfd.readouterr()


@pytest.mark.parametrize(
    ("request_bytes", "statuses"),
    [
        (b"GET / HTTP/1.1\r\n\r\nGET /versions HTTP/1.1\r\n\r\n", [300, 200]),
        (b"GET / HTTP/1.1\r\nConnection: Close\r\n\r\nGET / HTTP/1.1\r\n\r\n", [300]),
        (b"GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n", [300]),
        (b"GET / HTTP/1.1\n\nGET /versions HTTP/1.1\n\n", [300, 200]),
        (BEGIN + b"Content-Length: 2\r\n\r\n{}\r\nGET / HTTP/1.1\r\n\r\n", [401, 300]),
        (BEGIN + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n{}", [100, 401]),
        (
            BEGIN
            + b"Transfer-Encoding: chunked\r\n\r\n1;a=b\r\n{\r\n1\r\n}\r\n0\r\nA: b\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            [401, 300],
        ),
        (b"HEAD / HTTP/1.1\r\n\r\nGET /versions HTTP/1.1\r\n\r\n", [300, 200]),
    ],
)
def test_connections(sandbox: Sandbox, request_bytes: bytes, statuses: list[int]) -> None:
    """A connection serves one request after the other, in order, until one of them asks to end it."""
    answers = send_raw(sandbox, request_bytes).split(b"HTTP/1.1 ")[1:]

    assert statuses == [int(answer[:3]) for answer in answers]


@pytest.mark.parametrize(("query", "status"), [("数据库-openEuler-22.03".encode(), 200), (b"\xff", 400), (b"%ff", 400)])
def test_unescaped_query(sandbox: Sandbox, query: bytes, status: int) -> None:
    """A name that was not escaped is understood all the same, as long as it is UTF-8."""
    head = f"HTTP/1.1\r\nX-Auth-Token: {sandbox.you.token}\r\nConnection: close\r\n\r\n".encode()

    answer = send_raw(sandbox, b"GET /v2/images?member_status=all&name=" + query + b" " + head)

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert (status == 200) == (SHARES[6].image_id.encode() in answer)


def test_crowd(sandbox: Sandbox, you: User) -> None:
    """Many at once each get a whole answer, and every decision counts."""

    def decide(number: int) -> tuple[int, Any]:
        you.ask("GET", "/v2/images?member_status=all")
        image_id = owner.make_image(f"crowd-{number}")
        owner.share(image_id, you.project_id)
        return you.decide(image_id, you.project_id, ("accepted", "rejected")[number % 2])

    owner = User(you.http, sandbox.owners[0].project_id, sandbox.owners[0].token)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(decide, range(200)))

    assert [(200, ("accepted", "rejected")[number % 2]) for number in range(200)] == [
        (status, member["status"]) for status, member in answers
    ]
    crowd = sorted(share.status for share in sandbox.shares if share.name.startswith("crowd-"))
    assert ["accepted"] * 100 + ["rejected"] * 100 == crowd


def test_names_that_are_no_text(you: User) -> None:
    """A property whose name cannot be sent back is refused."""
    for name in ("\ud800", "\U0001f600"):
        assert 400 == you.ask("POST", "/v2/images", {name: "a"})[0]
