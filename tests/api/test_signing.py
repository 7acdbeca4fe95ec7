"""Signatures with access keys, against the vendor's vectors, an independent computation and the vendor's own signer."""

from __future__ import annotations

import hashlib
import hmac
import string
from urllib.parse import quote

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import given, settings
from hypothesis import strategies as st

from imgshare_cli.api.signing import (
    build_canonical_request,
    join_header_names,
    sign_with_access,
    sign_with_credential,
)

KEY, SECRET = "AccessKey", "SecretKey"
DATE = "20060102T150405Z"
MEMBER_PATH = "/v2/images/d164b5df-1bc3-4c3f-893e-3e471fd16e64/members/edc89b490d7d4392898e19b2deb34797"
MEMBER_HEADERS = {
    "host": "ims.eu-de.otc.t-systems.com",
    "content-type": "application/json",
    "x-project-id": "edc89b490d7d4392898e19b2deb34797",
    "x-sdk-date": "20240102T030405Z",
}


def _sign(method: str, target: str, headers: dict[str, str], body: bytes) -> str:
    request = build_canonical_request(method, target, headers, body)
    return sign_with_access(request, headers["x-sdk-date"], KEY, SECRET, join_header_names(headers))


@pytest.mark.parametrize(
    ("method", "target", "headers", "body", "signature"),
    [
        ("GET", "/path?limit=1", {}, b"", "daeadcf4a306599f7422401cc55d3718a23ef159fed370c62c551a2c45ae9655"),
        (
            *("POST", "/path?key=value", {"content-type": "application/json"}, b'{"Name":"test","Id":1}'),
            "0238c3bedddfe8bf113c7530f783322380dedf720d514861623cfe5f73aa8f64",
        ),
    ],
)
def test_the_official_vectors(method: str, target: str, headers: dict[str, str], body: bytes, signature: str) -> None:
    """The signatures are those that the tests of the vendor's SDK for Go expect."""
    headers = {**headers, "test_underscore": "TEST_VALUE", "x-sdk-date": DATE}

    names = ";".join(sorted(headers))
    assert f"SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders={names}, Signature={signature}" == _sign(
        method, target, headers, body
    )


def test_a_decision() -> None:
    """So is that of a decision, whose vector an independent implementation computed."""
    assert (
        "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=content-type;host;x-project-id;x-sdk-date, "
        "Signature=a6b126a9d7f1fd04c3ba5d1111a3a4e23f04deba9a660ac87ac83af82c0e5b24"
    ) == _sign("PUT", MEMBER_PATH, MEMBER_HEADERS, b'{"status": "accepted"}')


def test_the_other_form() -> None:
    """The form `Credential=` derives its key from the day, an empty region and an empty service."""
    headers = {name: MEMBER_HEADERS[name] for name in ("host", "content-type", "x-sdk-date")}
    body = b'{"status": "accepted"}'
    canonical_request = (
        f"PUT\n{MEMBER_PATH}/\n\ncontent-type:application/json\nhost:ims.eu-de.otc.t-systems.com\n"
        f"x-sdk-date:20240102T030405Z\n\ncontent-type;host;x-sdk-date\n{hashlib.sha256(body).hexdigest()}"
    )
    key = b"SDKSecretKey"
    for part in (b"20240102", b"", b"", b"sdk_request"):
        key = hmac.new(key, part, hashlib.sha256).digest()
    hashed = hashlib.sha256(canonical_request.encode()).hexdigest()
    text = f"SDK-HMAC-SHA256\n20240102T030405Z\n20240102///sdk_request\n{hashed}"
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    built = build_canonical_request("PUT", MEMBER_PATH, headers, body)

    assert canonical_request == built
    assert (
        "SDK-HMAC-SHA256 Credential=AccessKey/20240102///sdk_request, SignedHeaders=content-type;host;x-sdk-date, "
        f"Signature={signature}"
    ) == sign_with_credential(built, "20240102T030405Z", KEY, SECRET, "content-type;host;x-sdk-date")


ANY_TEXT = st.text(max_size=12)
ODD_TEXT = st.text(st.sampled_from(string.printable[:-5] + "äß中🙂%~+/.*'()!"), max_size=12)
TEXTS = ANY_TEXT | ODD_TEXT
QUERIES = st.lists(st.tuples(st.sampled_from(["limit", "a", "A", "_", "~", ""]) | TEXTS, TEXTS), max_size=5)
BODIES = st.none() | st.just(b"") | st.binary(max_size=60) | TEXTS.map(lambda text: text.encode())


def _encode(text: str) -> str:
    return text.encode(errors="surrogatepass").decode(errors="replace")


@settings(max_examples=1000, deadline=None)
@given(
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE"]),
    segments=st.lists(TEXTS.map(_encode), max_size=4),
    query=QUERIES,
    body=BODIES,
    project=st.none() | st.text(string.hexdigits, min_size=1, max_size=32),
)
def test_the_signer_of_the_vendor(
    method: str, segments: list[str], query: list[tuple[str, str]], body: bytes | None, project: str | None
) -> None:
    """A thousand requests get the same signature from the vendor's SDK for Python."""
    query = [(_encode(name), _encode(value)) for name, value in query]
    path = "/" + "/".join(quote(segment, safe="") for segment in segments)
    headers = {"Host": "ims.eu-de.otc.t-systems.com", "X-Sdk-Date": DATE}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if project:
        headers["X-Project-Id"] = project
    theirs = SdkRequest(
        method=method,
        schema="https",
        host=headers["Host"],
        resource_path=path,
        query_params=list(query),
        header_params=dict(headers),
        body=body or b"",
    )
    signed = Signer(BasicCredentials(KEY, SECRET, "")).sign(theirs).header_params["Authorization"]

    text = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)
    lowered = {name.lower(): value for name, value in headers.items()}

    assert signed == _sign(method, f"{path}?{text}" if query else path, lowered, body or b"")
