"""Addresses of services: checked and normalized; plain http to another machine only on request."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from imgshare_cli.errors import ConfigError

_MAX_URL = 2000
_LABEL = re.compile(r"(?!xn--$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


class Setting(NamedTuple):
    """A setting that holds an address, as messages name it.

    Attributes:
        name: its name.
        example: a valid address of such a service.
        sent: what a request to it carries that others must not read.
    """

    name: str
    example: str
    sent: str


ENDPOINT = Setting("the endpoint", "https://ims.eu-de.otc.t-systems.com", "the token")
VAULT_ENDPOINT = Setting("vault_endpoint", "https://cbr.eu-de.otc.t-systems.com", "the token")
AUTH_URL = Setting("auth_url", "https://iam.eu-de.otc.t-systems.com/v3", "the token")


class MissingSchemeError(ConfigError):
    """An address has no `https://`; the command line knows which command corrects it.

    Args:
        setting: the setting that holds it.
        text: the address.
        corrected: the address that was probably meant.
    """

    def __init__(self, setting: Setting, text: str, corrected: str) -> None:
        super().__init__(_build_failure(setting, text), hint=f"did you mean {corrected}?")
        self.setting = setting
        self.text = text
        self.corrected = corrected


def check_service_url(text: str, *, insecure_http: bool, setting: Setting = ENDPOINT) -> str:
    """Normalize an http(s) address: lower-case scheme and host, no trailing slash, no `/v2`.

    Every address of a request passes here: image services, identity services and proxies, from flags, the
    environment, files, stored logins and catalogs.

    Args:
        text: the address.
        insecure_http: whether plain http to another machine is allowed in this run.
        setting: the setting that holds it, for messages.

    Raises:
        ConfigError: not an http(s) URL, or plain http to a host that is not this machine.
    """
    url = text.strip().rstrip("/").removesuffix("/v2").rstrip("/")
    hint = f"use the address of the service, such as {setting.example}"
    if "@" in url or "?" in url or "#" in url:  # not quoted: a user comes with a password
        raise ConfigError(f"{setting.name} must not contain a user, a query or a fragment", hint=hint)
    normalized = _normalize_url(url)
    if normalized is None:
        if "://" not in url and (corrected := _add_scheme(url)):
            raise MissingSchemeError(setting, text, corrected)
        raise ConfigError(_build_failure(setting, text), hint=hint)
    if normalized.startswith("http:") and not is_loopback(urlsplit(normalized).hostname or "") and not insecure_http:
        raise ConfigError(
            f"{setting.name} {normalized} uses plain http: others on the network could read {setting.sent}",
            hint="use https, or pass --insecure-http if you trust the network",
        )
    return normalized


def _build_failure(setting: Setting, text: str) -> str:
    return f"{setting.name} {text[:200]!r} is not an http or https URL"


def _normalize_url(url: str) -> str | None:
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > _MAX_URL:
        return None
    try:
        parts = urlsplit(url)
        host = _parse_host(parts.netloc, parts.hostname or "")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or host is None or port == 0:
        return None
    # urlsplit() has put the scheme into lower case, and hostname the host.
    return f"{parts.scheme}://{host}{'' if port is None else f':{port}'}{parts.path}"


def _add_scheme(url: str) -> str | None:
    corrected = _normalize_url(f"https://{url}")
    is_here = corrected and is_loopback(urlsplit(corrected).hostname or "")
    return _normalize_url(f"http://{url}") if is_here else corrected


def _parse_host(netloc: str, name: str) -> str | None:
    if netloc.startswith("["):
        return f"[{name}]" if ipaddress.IPv6Address(name.partition("%")[0]) else None  # or ValueError
    return name if all(_LABEL.fullmatch(label) for label in name.removesuffix(".").split(".")) else None


def build_identity_v3_url(auth_url: str) -> str:
    """Build the address of the v3 API of an identity service, whose address may end with it already."""
    return f"{auth_url.rstrip('/').removesuffix('/v3')}/v3"


def is_loopback(host: str) -> bool:
    """Whether a host name certainly means this machine; no name server is asked."""
    if host in {"localhost", "::1"}:
        return True
    if not host.startswith("127."):
        return False
    import socket  # loaded by then, but for `config set` and its TAB

    try:
        # As the system reads addresses: `127.1` is one, and `127.0.0.1.1` a name that anyone may have registered.
        return bool(socket.inet_aton(host))
    except OSError:
        return False
