"""A credential: the secret, the service it is for, its user and project, and when it expires."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

# The names under which earlier versions stored these, and later ones must find them.
_STORED = {"settings_hash": "made_of", "relogin_command": "again", "refresh_credentials": "renewal"}
SIGNATURE_FORMATS = ("access", "credential")
# Keystone checks a token against its own clock, and a request takes time to arrive.
MARGIN_SECONDS = 120


def is_access_key_id(text: str) -> bool:
    """Whether a text can name an access key in a header."""
    return re.fullmatch(r"[A-Za-z0-9_.:/+=@-]{1,200}", text) is not None


def is_token(text: str) -> bool:
    """Whether a text can be sent as a token; httpx would quote a bad one in its error."""
    return re.fullmatch(r"[\x21-\x7e]+", text) is not None


@dataclass(frozen=True)
class Credential:
    """What authenticates requests: a token, or what a login gave instead.

    Attributes:
        secret: the token, the value of another header, or the secret of an access key.
        source: where it comes from, for people.
        variable: the environment variable that holds it, if one does.
        header: the header that carries it; None if the service needs no credential, or requests are signed.
        access_key_id: the access key that requests are signed with; None for any other credential.
        security_token: what a temporary access key has besides.
        signature_format: how a signature is written, in the words of the setting.
        endpoint: the image service that it is for.
        auth_url: the identity service that issued it, or knows the access key.
        vault_endpoint: the backup service (CBR) of the catalog, where it has one.
        cacert: the certificate authorities of its cloud, if clouds.yaml names them.
        expires_at: when it expires (UTC, ISO 8601), if known.
        cloud: the entry of clouds.yaml that it was requested with.
        user: the name of its user.
        project_id: its project, the default MEMBER.
        project_name: that project's name.
        roles: the names of the user's roles there.
        settings_hash: a hash of the settings that it was requested with.
        relogin_command: the command line that gets a new one, if a person must run it.
        refresh_credentials: what gets a new one without a person.
    """

    secret: str = field(repr=False)
    source: str = "the keyring"
    variable: str | None = None
    header: str | None = "X-Auth-Token"
    access_key_id: str | None = None
    security_token: str | None = field(default=None, repr=False)
    signature_format: str | None = None
    endpoint: str | None = None
    auth_url: str | None = None
    vault_endpoint: str | None = None
    cacert: str | None = None
    expires_at: str | None = None
    cloud: str | None = None
    user: str | None = None
    project_id: str | None = None
    project_name: str | None = None
    roles: tuple[str, ...] = ()
    settings_hash: str | None = None
    relogin_command: str | None = None
    refresh_credentials: dict[str, str] | None = field(default=None, repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a request."""
        return {self.header: self.secret} if self.header else {}

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may see."""
        return (self.secret, self.security_token) if self.security_token else (self.secret,)

    @property
    def kind(self) -> str:
        """What it is, in a word for people."""
        return "access key" if self.access_key_id else "token"

    @property
    def description(self) -> str:
        """What it is and where it comes from, for a log."""
        if self.access_key_id:
            return f"access key {self.access_key_id} from {self.source}"
        return f"token from {self.source}, {len(self.secret)} characters"

    def has_expired(self, now: datetime | None = None) -> bool:
        """Whether it has expired, or will within two minutes."""
        if self.expires_at is None:
            return False
        remaining = datetime.fromisoformat(self.expires_at) - (now or datetime.now(UTC))
        return remaining.total_seconds() < MARGIN_SECONDS

    @property
    def login_method(self) -> str:
        """How it was obtained, for people."""
        if self.variable:
            return self.variable
        if self.access_key_id:
            return f"access key {self.access_key_id}"
        if self.cloud:
            return f"clouds.yaml, cloud {self.cloud!r}"
        if self.refresh_credentials:
            return "an application credential"
        if self.relogin_command and self.user:
            return f"the password of {self.user}"
        return "OS_*" if self.auth_url else "a token"

    def to_json(self) -> dict[str, Any]:
        """Return what is stored."""
        fields = {_STORED.get(name, name): value for name, value in asdict(self).items() if value is not None}
        del fields["source"]
        return fields

    @classmethod
    def from_json(cls, body: dict[str, Any], source: str) -> Credential:
        """Parse what was stored.

        Raises:
            ValueError: it is not a stored credential.
        """
        names = {
            _STORED.get(one.name, one.name): one.name for one in fields(cls) if one.name not in {"source", "roles"}
        }
        texts = {names[key]: value for key, value in body.items() if key in names}
        roles, refresh = body.get("roles", []), texts.get("refresh_credentials", {})
        plain = [value for name, value in texts.items() if name != "refresh_credentials"]
        if not isinstance(roles, list) or not isinstance(refresh, dict) or "secret" not in texts:
            raise ValueError("not a credential")
        if not all(isinstance(text, str) for text in [*plain, *roles, *refresh.values()]):
            raise ValueError("not a credential")
        if refresh and set(refresh) != {"auth_url", "application_credential_id", "application_credential_secret"}:
            raise ValueError("not a credential")
        if not _is_sendable(texts):
            raise ValueError("not a credential")
        if "access_key_id" in texts:  # what is None is not stored, and no header carries a secret key
            texts["header"] = None
        credential = cls(**texts, source=source, roles=tuple(roles))
        credential.has_expired()
        return credential


def _is_sendable(texts: dict[str, Any]) -> bool:
    """Whether what becomes lines of a request cannot become others, whatever the file holds."""
    if (key := texts.get("access_key_id")) is None:
        line = f"{texts.get('header', 'X-Auth-Token')}: {texts['secret']}"
        return re.fullmatch(r"[A-Za-z0-9-]+: [\x20-\x7e]*", line) is not None
    sent = [texts["secret"], *(texts[name] for name in ("project_id", "security_token") if name in texts)]
    return (
        is_access_key_id(key)
        and texts.get("signature_format", "access") in SIGNATURE_FORMATS
        and all(map(is_token, sent))
    )
