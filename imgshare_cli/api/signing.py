"""Signatures of requests with an access key (SDK-HMAC-SHA256), in the two forms that Huawei-style clouds know.

No library is used: the vendor's own SDK signs only what it sends itself, with requests and a dozen other packages.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALGORITHM = "SDK-HMAC-SHA256"
DATE_FORMAT = "%Y%m%dT%H%M%SZ"
_TERMINATOR = "sdk_request"


def sign_with_access(canonical_request: str, date: str, access_key_id: str, secret: str, names: str) -> str:
    """Build the header `Authorization` in the form `Access=`, that of Huawei Cloud's own SDKs.

    Args:
        canonical_request: what is signed.
        date: the value of the header `X-Sdk-Date`.
        access_key_id: names the key.
        secret: its secret.
        names: the signed headers, as `join_header_names` returns them.
    """
    text = f"{_ALGORITHM}\n{date}\n{_hash(canonical_request.encode())}"
    signature = _compute_hmac(secret.encode(), text).hex()
    return f"{_ALGORITHM} Access={access_key_id}, SignedHeaders={names}, Signature={signature}"


def sign_with_credential(canonical_request: str, date: str, access_key_id: str, secret: str, names: str) -> str:
    """Build the same header in the form `Credential=`, that of Open Telekom Cloud's SDK for Go.

    The key is derived from the secret step by step, with an empty region and an empty service.
    """
    day = date[:8]
    scope = f"{day}///{_TERMINATOR}"
    key = f"SDK{secret}".encode()
    for part in (day, "", "", _TERMINATOR):
        key = _compute_hmac(key, part)
    text = f"{_ALGORITHM}\n{date}\n{scope}\n{_hash(canonical_request.encode())}"
    signature = _compute_hmac(key, text).hex()
    return f"{_ALGORITHM} Credential={access_key_id}/{scope}, SignedHeaders={names}, Signature={signature}"


def build_canonical_request(method: str, target: str, headers: Mapping[str, str], body: bytes) -> str:
    """Build the canonical form of a request, which the service builds as well from what it receives.

    Args:
        method: the HTTP method.
        target: the path and the query, as in the request line.
        headers: the signed headers, by their names in lower case.
        body: the body.
    """
    path, _, query = target.partition("?")
    # What is quoted once more was decoded before: the service sees a path and not how it was written.
    canonical_path = quote(unquote(path), safe="/~")
    if not canonical_path.endswith("/"):
        canonical_path += "/"
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    parts = (method, canonical_path, _build_canonical_query(query), lines, join_header_names(headers), _hash(body))
    return "\n".join(parts)


def join_header_names(headers: Mapping[str, str]) -> str:
    """Join the names of the signed headers as a signature lists them."""
    return ";".join(sorted(headers))


def _build_canonical_query(query: str) -> str:
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()


def _compute_hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
