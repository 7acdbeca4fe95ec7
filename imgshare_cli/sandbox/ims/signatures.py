"""Verify signatures (SDK-HMAC-SHA256) as the API gateway does, in both dialects that clients sign in."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from imgshare_cli.sandbox.ims.errors import create_authentication_error

if TYPE_CHECKING:
    from imgshare_cli.sandbox.http_messages import Request

_ALGORITHM = "SDK-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    rf"{_ALGORITHM} (Access|Credential)=([^\s,]+), *SignedHeaders=([^\s,]+), *Signature=([0-9a-f]{{64}})", re.ASCII
)
_DATE = "%Y%m%dT%H%M%SZ"
_MAX_SKEW = timedelta(minutes=15)
_SCOPE_PARTS = 4


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature of a request.

    Attributes:
        access_key: the key that signed it.
        scope: date, region, service and a fixed word, which the `Credential` dialect derives its key from.
        signed_headers: the names of the headers that it covers.
        digest: the signature itself.
    """

    access_key: str
    scope: str | None
    signed_headers: tuple[str, ...]
    digest: str

    @classmethod
    def parse(cls, authorization: str) -> Signature:
        """Parse an Authorization header."""
        match = _AUTHORIZATION.fullmatch(authorization)
        if match is None:
            raise create_authentication_error("Authorization header format incorrect")
        dialect, credential, names, digest = match.groups()
        access_key, _, scope = credential.partition("/") if dialect == "Credential" else (credential, "", "")
        if dialect == "Credential" and (scope.count("/") != _SCOPE_PARTS - 1 or not scope.endswith("/sdk_request")):
            raise create_authentication_error("Authorization header format incorrect")
        return cls(access_key, scope or None, tuple(names.split(";")), digest)

    def verify(self, request: Request, secret_key: str) -> None:
        """Raise an error unless the holder of this secret key has signed the request within the last minutes."""
        date = request.headers.get("x-sdk-date", "")
        _check_date(date)
        canonical_request = _build_canonical_request(request, self.signed_headers)
        is_covered = "x-sdk-date" in self.signed_headers and (self.scope or date).startswith(date[:8])
        expected = self._sign(canonical_request, date, secret_key)
        if not is_covered or not hmac.compare_digest(expected, self.digest):
            echo = canonical_request.decode(errors="replace").replace("\n", "|")
            raise create_authentication_error(f"verify aksk signature fail,canonicalRequest:{echo}")

    def _sign(self, canonical_request: bytes, date: str, secret_key: str) -> str:
        key = secret_key.encode()
        lines = [_ALGORITHM, date, hashlib.sha256(canonical_request).hexdigest()]
        if self.scope is not None:
            key = b"SDK" + key
            for part in self.scope.split("/"):
                key = hmac.digest(key, part.encode(), "sha256")
            lines.insert(2, self.scope)
        return hmac.digest(key, "\n".join(lines).encode(), "sha256").hex()


def _check_date(date: str) -> None:
    try:
        signed_at = datetime.strptime(date, _DATE).replace(tzinfo=UTC)
    except ValueError:
        raise create_authentication_error("x-sdk-date header is missing or incorrect") from None
    if abs(datetime.now(UTC) - signed_at) > _MAX_SKEW:
        raise create_authentication_error("verify aksk signature fail, the signature has expired")


def _build_canonical_request(request: Request, signed_headers: tuple[str, ...]) -> bytes:
    path, _, query = request.target.partition("?")
    headers = "".join(f"{name}:{request.headers.get(name, '')}\n" for name in signed_headers)
    content_hash = hashlib.sha256(request.body).hexdigest()
    if request.body and request.headers.get("x-sdk-content-sha256") == "UNSIGNED-PAYLOAD":
        content_hash = "UNSIGNED-PAYLOAD"
    lines = [
        request.method,
        _build_canonical_path(path),
        _build_canonical_query(query),
        headers,
        ";".join(signed_headers),
        content_hash,
    ]
    return "\n".join(lines).encode("latin-1")


def _build_canonical_path(path: str) -> str:
    encoded = "/".join(_encode(unquote_to_bytes(segment.encode("latin-1"))) for segment in path.split("/"))
    return encoded if encoded.endswith("/") else f"{encoded}/"


def _build_canonical_query(query: str) -> str:
    pairs = [parameter.partition("=")[::2] for parameter in query.split("&") if parameter]
    return "&".join(f"{_encode(name)}={_encode(value)}" for name, value in sorted(map(_decode_pair, pairs)))


def _decode_pair(pair: tuple[str, ...]) -> tuple[bytes, bytes]:
    name, value = (unquote_to_bytes(part.replace("+", " ").encode("latin-1")) for part in pair)
    return name, value


def _encode(decoded: bytes) -> str:
    return quote(decoded, safe="~")
