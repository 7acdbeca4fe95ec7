"""Sign requests as clients of Huawei-style clouds do, in both dialects, written from the documents."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.sandbox.ims.access_keys import AccessKey


@dataclass(frozen=True)
class Signer:
    """Signs with one key, at a time that may be wrong.

    Attributes:
        dialect: `Access` or `Credential`.
        skew: how far the clock is off.
    """

    key: AccessKey
    dialect: str = "Access"
    skew: timedelta = timedelta()
    at: datetime | None = None

    def sign(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Build the headers of a request: these, and those of the signature."""
        now = (self.at or datetime.now(UTC)) + self.skew
        date = now.strftime("%Y%m%dT%H%M%SZ")
        signed = {name.lower(): value for name, value in (headers or {}).items()} | {"x-sdk-date": date}
        if self.key.security_token:
            signed["x-security-token"] = self.key.security_token
        names = ";".join(sorted(signed))
        request = _build_canonical_request(method, url, body, signed, names)
        lines = ["SDK-HMAC-SHA256", date, hashlib.sha256(request.encode()).hexdigest()]
        credential, secret = self.key.access_key, self.key.secret_key.encode()
        if self.dialect == "Credential":
            scope = f"{date[:8]}///sdk_request"
            credential, secret = f"{credential}/{scope}", b"SDK" + secret
            for part in scope.split("/"):
                secret = hmac.new(secret, part.encode(), "sha256").digest()
            lines.insert(2, scope)
        digest = hmac.new(secret, "\n".join(lines).encode(), "sha256").hexdigest()
        authorization = f"SDK-HMAC-SHA256 {self.dialect}={credential}, SignedHeaders={names}, Signature={digest}"
        return {**signed, "authorization": authorization}


def _build_canonical_request(method: str, url: str, body: bytes, headers: Mapping[str, str], names: str) -> str:
    parts = urlsplit(url)
    pairs = sorted(parse_qsl(parts.query, keep_blank_values=True))
    query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    path = parts.path.rstrip("/") + "/"
    return "\n".join([method, path, query, lines, names, hashlib.sha256(body).hexdigest()])
