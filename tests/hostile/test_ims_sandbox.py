"""The IMS of the sandbox in hostile hands: requests and signatures that mean no good."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgshare_cli.sandbox import Sandbox
from tests.support.examples import limit_examples
from tests.support.signing import Signer

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.hostile

GOLDEN = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """An IMS that all hostile clients share."""
    with Sandbox(flavor="ims", job_seconds=0) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A connection to it."""
    with httpx.Client(base_url=sandbox.endpoint, timeout=60, trust_env=False) as http:
        yield http


YOU = "7554eb872fc85cd48edb777cd123c21e"
WORDS = st.sampled_from(
    [
        *(GOLDEN, YOU, "5d3a8463-a4b3-5b71-b1c7-133669f3d5d3", "accepted", "rejected", "pending", "a" * 9000, ""),
        *("\ud800", "\0", "é", "\U0001f600", "[red]", "..", "%00", "/", "true"),
    ]
)
VALUES = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.integers(), st.floats()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=6,
)
BODIES = st.one_of(
    st.none(),
    st.binary(max_size=40),
    st.just(b"[" * 100_000),
    st.dictionaries(
        st.sampled_from(
            [
                "status",
                "vault_id",
                "images",
                "project_id",
                "projects",
                "domains",
                "organizations",
                "member",
                "name",
                "\ud800",
            ]
        ),
        VALUES,
    ).map(lambda body: json.dumps(body).encode()),
)
PATHS = st.sampled_from(
    [
        *(f"/v2/images/{GOLDEN}/members/{YOU}", f"/v2/images/{GOLDEN}/members", f"/v2/images/{GOLDEN}"),
        *("/v2/images", "/v2/cloudimages", "/v1/cloudimages/members", "/v1/cloudimages/job/a", f"/v1/{YOU}/jobs/a"),
        *(f"/v3/{YOU}/vaults", "/v3/projects", "/v3", "/", "//", "/v2/images/%ff%00", "/v2/schemas/member"),
    ]
)
METHODS = st.sampled_from(["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD"])
PARAMETERS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "limit",
                "marker",
                "offset",
                "id",
                "name",
                "member_status",
                "visibility",
                "__imagetype",
                "tag",
                "sort",
                "%ff",
            ]
        ),
        st.sampled_from(
            ["", "-1", "9" * 5000, "%C2%B2", "a", "%ff", "%00", "%", "in:", 'in:"', "eq:%E9", "+", "shared", "all"]
        ),
    ),
    max_size=3,
).map(lambda pairs: "&".join(map("=".join, pairs)))


@limit_examples(300)
@given(METHODS, st.builds("{}?{}".format, PATHS, PARAMETERS), BODIES)
def test_any_request(  # noqa: PLR0913, PLR0917  (three fixtures, and a request)
    sandbox: Sandbox,
    http: httpx.Client,
    capfd: pytest.CaptureFixture[str],
    method: str,
    target: str,
    body: bytes | None,
) -> None:
    """Whatever a caller asks for: an answer with an ID that is no server error, and no word on stderr."""
    request = http.build_request(method, "/", content=body, headers={"X-Auth-Token": sandbox.you.token})
    request.extensions["target"] = target.encode()  # as it is, which a URL would not be

    response = http.send(request)

    assert response.status_code < 500
    assert "x-request-id" in response.headers
    if response.content:
        assert isinstance(response.json(), dict)
    assert ("", "") == capfd.readouterr()


def test_any_row_of_a_job(sandbox: Sandbox, http: httpx.Client) -> None:
    """IDs that could not be shown again are refused when the job is submitted."""
    headers = {"X-Auth-Token": sandbox.you.token}
    for image_id in ("\ud800", "\0", "é", "", "a/b", "a" * 65):
        body = {"images": [image_id], "projects": ["f" * 32]}
        response = http.post("/v1/cloudimages/members", content=json.dumps(body), headers=headers)
        assert (400, "IMG.0001") == (response.status_code, response.json()["error"]["code"])


AUTHORIZATION = st.one_of(
    st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=60),
    st.builds(
        "SDK-HMAC-SHA256 {}={}, SignedHeaders={}, Signature={}".format,
        st.sampled_from(["Access", "Credential", "access"]),
        st.sampled_from(
            ["KEY", "KEY/20240101///sdk_request", "KEY/////sdk_request", "é", "/", "KEY/a/b/c/sdk_request"]
        ),
        st.sampled_from(["x-sdk-date", "x-sdk-date;host", ";", "é", "host;" * 500, "x-nothing"]),
        st.sampled_from(["0" * 64, "é" * 64, "", "0" * 900]),
    ),
)


@limit_examples(200)
@given(AUTHORIZATION, st.sampled_from(["NOW", "", "é", "20240101T000000Z", "99999999T999999Z", "1T1Z"]))
def test_any_signature(
    sandbox: Sandbox, http: httpx.Client, capfd: pytest.CaptureFixture[str], authorization: str, date: str
) -> None:
    """Whatever a client signs with, without the secret: 401 from the gateway."""
    assert sandbox.ims
    key = sandbox.ims.access_key
    now = Signer(key).sign("GET", "/")["x-sdk-date"]
    headers: dict[str, str] = {
        "Authorization": authorization.replace("KEY", key.access_key).strip(),
        "X-Sdk-Date": date.replace("NOW", now),
        "X-Security-Token": "é",
        "X-Project-Id": "é",
    }

    response = http.get("/v2/images", headers=httpx.Headers(headers, encoding="latin-1"))

    body: Any = response.json()
    assert (401, "APIGW.0301", {"error_msg", "error_code", "request_id"}) == (
        response.status_code,
        body["error_code"],
        set(body),
    )
    assert key.secret_key not in response.text
    assert ("", "") == capfd.readouterr()
