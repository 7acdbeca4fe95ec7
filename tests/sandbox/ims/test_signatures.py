"""Requests that an access key signs: the IMS checks each, in both dialects."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest

from imgshare_cli.sandbox.ims.access_keys import AccessKey
from tests.support.expectations import Text
from tests.support.signing import Signer

if TYPE_CHECKING:
    import httpx

    from imgshare_cli.sandbox import Sandbox

GOLDEN = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2"
LIST = "/v2/images?visibility=shared&member_status=pending&limit=1&name=in:a%2Cb&__imagetype=shared&x="
DIALECTS = pytest.mark.parametrize("dialect", ["Access", "Credential"])
PATH = "/v2/images?limit=1"
REQUEST_ID = Text("[0-9a-f]{32}")


def _refusal(reason: str) -> dict[str, Any]:
    message = f"Incorrect IAM authentication information: {reason}"
    return {"error_msg": message, "error_code": "APIGW.0301", "request_id": REQUEST_ID}


def _ask(http: httpx.Client, headers: Any, path: str = PATH) -> tuple[int, Any]:
    response = http.get(path, headers=headers)
    return response.status_code, response.json()


@pytest.mark.parametrize(
    ("method", "url", "body", "headers", "digest"),
    [
        (
            *("GET", "/path?limit=1", b"", {"TEST_UNDERSCORE": "TEST_VALUE"}),
            "daeadcf4a306599f7422401cc55d3718a23ef159fed370c62c551a2c45ae9655",
        ),
        (
            *("POST", "/path?key=value", b'{"Name":"test","Id":1}'),
            {"Content-Type": "application/json", "TEST_UNDERSCORE": "TEST_VALUE"},
            "0238c3bedddfe8bf113c7530f783322380dedf720d514861623cfe5f73aa8f64",
        ),
    ],
)
def test_signer(method: str, url: str, body: bytes, headers: dict[str, str], digest: str) -> None:
    """What signs in these tests makes the signatures that the vendor publishes."""
    signer = Signer(AccessKey("AccessKey", "SecretKey"), at=datetime(2006, 1, 2, 15, 4, 5, tzinfo=UTC))

    assert signer.sign(method, url, body, headers)["authorization"].endswith(f"Signature={digest}")


@DIALECTS
def test_signed_requests(sandbox: Sandbox, http: httpx.Client, dialect: str) -> None:
    """A key reads a list and decides a share, as a token does."""
    assert sandbox.ims
    signer = Signer(sandbox.ims.access_key, dialect)
    path = f"/v2/images/{GOLDEN}/members/{sandbox.you.project_id}"
    body = '{"status": "accepted", "note": "你好"}'.encode()

    listed = http.get(LIST, headers=signer.sign("GET", LIST))
    accepted = http.put(
        path, content=body, headers=signer.sign("PUT", path, body, {"Content-Type": "application/json"})
    )

    assert (200, []) == (listed.status_code, listed.json()["images"])
    assert (200, "accepted") == (accepted.status_code, accepted.json()["status"])


@DIALECTS
def test_another_body(sandbox: Sandbox, http: httpx.Client, dialect: str) -> None:
    """A signature is for one body: any other is refused, with the request as the gateway has read it."""
    assert sandbox.ims
    path = f"/v2/images/{GOLDEN}/members/{sandbox.you.project_id}"
    headers = Signer(sandbox.ims.access_key, dialect).sign("PUT", path, b'{"status": "accepted"}')
    body = b'{"status": "rejected"}'

    response = http.put(path, content=body, headers=headers)

    date, digest = headers["x-sdk-date"], hashlib.sha256(body).hexdigest()
    echo = f"PUT|{path}/||x-sdk-date:{date}||x-sdk-date|{digest}"
    assert (401, _refusal(f"verify aksk signature fail,canonicalRequest:{echo}")) == (
        response.status_code,
        response.json(),
    )
    assert sandbox.shares[3].status == "pending"


@DIALECTS
@pytest.mark.parametrize("minutes", [-20, 20])
def test_wrong_clock(sandbox: Sandbox, http: httpx.Client, dialect: str, minutes: int) -> None:
    """A clock that is over a quarter of an hour off signs nothing that is accepted; the answer has the time."""
    assert sandbox.ims
    signer = Signer(sandbox.ims.access_key, dialect, timedelta(minutes=minutes))
    nearly = Signer(sandbox.ims.access_key, dialect, timedelta(minutes=minutes * 0.7))

    response = http.get(LIST, headers=signer.sign("GET", LIST))

    assert (401, _refusal("verify aksk signature fail, the signature has expired")) == (
        response.status_code,
        response.json(),
    )
    assert abs(parsedate_to_datetime(response.headers["date"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert 200 == http.get(LIST, headers=nearly.sign("GET", LIST)).status_code


def test_temporary_key(sandbox: Sandbox, http: httpx.Client) -> None:
    """A temporary key needs its security token, and a permanent one must have none."""
    assert sandbox.ims
    temporary = sandbox.ims.issue_key(sandbox.you.project_id, temporary=True)
    permanent = sandbox.ims.access_key
    refusal = 401, _refusal("the security token does not belong to the access key")

    assert 200 == _ask(http, Signer(temporary).sign("GET", PATH))[0]
    for key, token in ((temporary, None), (temporary, "é"), (permanent, temporary.security_token)):
        changed = AccessKey(key.access_key, key.secret_key)
        headers = Signer(changed).sign("GET", PATH) | ({"x-security-token": token} if token else {})
        assert refusal == _ask(http, {name: value.encode() for name, value in headers.items()})


def test_unknown_and_revoked_keys(sandbox: Sandbox, http: httpx.Client) -> None:
    """A key that there is not is named in the refusal."""
    assert sandbox.ims
    key = sandbox.ims.access_key
    headers = Signer(key).sign("GET", PATH)
    assert 200 == _ask(http, headers)[0]

    sandbox.ims.revoke_key(key.access_key)

    reason = f"Get secretKey failed,ak:{key.access_key},err:ak not exist"
    assert (401, _refusal(reason)) == _ask(http, headers)


def test_projects_of_a_key(sandbox: Sandbox, http: httpx.Client) -> None:
    """`X-Project-Id` chooses the project; without it, it is the main one, and one without a role is refused."""
    assert sandbox.ims
    other, foreign = sandbox.create_project("sandbox-1_other"), sandbox.owners[0].project_id
    signer = Signer(sandbox.ims.issue_key(sandbox.you.project_id, other))

    def read_share(**headers: str) -> tuple[int, Any]:
        path = f"/v2/images/{GOLDEN}/members"
        return _ask(http, signer.sign("GET", path, headers=headers), path)

    assert (200, 200) == (read_share()[0], read_share(**{"X-Project-Id": sandbox.you.project_id})[0])
    assert (400, {"error": {"message": f"Image {GOLDEN} not found.", "code": "IMG.0027"}}) == read_share(
        **{"X-Project-Id": other}
    )
    refusal = {
        "error_msg": f"The user has no role in the project {foreign}",
        "error_code": "APIGW.0302",
        "request_id": REQUEST_ID,
    }
    assert (403, refusal) == read_share(**{"X-Project-Id": foreign})


def test_find_a_project(sandbox: Sandbox, http: httpx.Client) -> None:
    """The projects of a key are found by name; its main one has the name of the region."""
    assert sandbox.ims
    other = sandbox.create_project("sandbox-1_other")
    signer = Signer(sandbox.ims.issue_key(sandbox.you.project_id, other))

    def list_ids(path: str) -> list[str]:
        return [project["id"] for project in _ask(http, signer.sign("GET", path), path)[1]["projects"]]

    assert [sandbox.you.project_id] == list_ids("/v3/projects?name=sandbox-1")
    assert [sandbox.you.project_id, other] == list_ids("/v3/auth/projects")
    assert [] == list_ids("/v3/projects?name=eu-de")
    assert "v3.6" == http.get("/v3/").json()["version"]["id"]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "x-auth-token not found"),
        ({"X-Auth-Token": ""}, "x-auth-token not found"),
        ({"X-Auth-Token": "gAAAAAB"}, "decrypt token fail"),
        ({"Authorization": "Basic YTpi"}, "Authorization header format incorrect"),
        ({"Authorization": "SDK-HMAC-SHA256 Access=a, SignedHeaders=b"}, "Authorization header format incorrect"),
        (
            {"Authorization": f"V11-HMAC-SHA256 Credential=a/b, SignedHeaders=c, Signature={'0' * 64}"},
            "Authorization header format incorrect",
        ),
        (
            {"Authorization": f"SDK-HMAC-SHA256 Credential=a/b, SignedHeaders=c, Signature={'0' * 64}"},
            "Authorization header format incorrect",
        ),
        (
            {"Authorization": f"SDK-HMAC-SHA256 Access=a, SignedHeaders=c, Signature={'0' * 64}"},
            "Get secretKey failed,ak:a,err:ak not exist",
        ),
    ],
)
def test_what_authenticates_nothing(http: httpx.Client, headers: dict[str, str], reason: str) -> None:
    """Without a token or a signature that can be read, the gateway says why."""
    assert (401, _refusal(reason)) == _ask(http, headers)


@pytest.mark.parametrize("date", ["", "yesterday", "2024-01-01T00:00:00Z", "99999999T999999Z", "²"])
def test_dates_that_are_none(sandbox: Sandbox, http: httpx.Client, date: str) -> None:
    """A signature without a date that can be read is refused."""
    assert sandbox.ims
    headers = Signer(sandbox.ims.access_key).sign("GET", PATH) | {"x-sdk-date": date}

    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    assert (401, _refusal("x-sdk-date header is missing or incorrect")) == _ask(http, encoded)


def test_a_token_that_expired(sandbox: Sandbox, http: httpx.Client) -> None:
    """A token that was valid once is to be renewed."""
    sandbox.revoke_token(sandbox.you.token)

    body = {"error_msg": "The token must be updated.", "error_code": "APIGW.0307", "request_id": REQUEST_ID}
    assert (401, body) == _ask(http, {"X-Auth-Token": sandbox.you.token})


def test_a_token_wins(sandbox: Sandbox, http: httpx.Client) -> None:
    """A request with a token and a signature is the token's."""
    headers = {"X-Auth-Token": sandbox.you.token, "Authorization": "SDK-HMAC-SHA256 no", "X-Project-Id": "elsewhere"}

    assert 200 == _ask(http, headers)[0]
