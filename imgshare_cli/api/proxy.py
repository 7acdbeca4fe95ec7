"""The proxy for an address: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, or the system's own settings."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from imgshare_cli.config.service_url import check_service_url, is_loopback
from imgshare_cli.errors import ConfigError


@dataclass(frozen=True)
class Proxy:
    """A proxy to send a request through.

    Attributes:
        url: its address, without a user.
        auth: the user and the password it asks for.
    """

    url: str
    auth: tuple[bytes, bytes] | None = field(default=None, repr=False)


def find_proxy(address: str) -> Proxy | None:
    """Find the proxy for an address, or None.

    httpx would decide for itself, and fails at a NO_PROXY such as `fd00::/8` or `[::1]` (encode/httpx#3221).

    Raises:
        ConfigError: the proxy's own address cannot be used.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    # A proxy has no business between this machine and itself, and would see the token in clear.
    if is_loopback(host):
        return None
    proxies = getproxies()
    proxy_address = proxies.get(parts.scheme) or proxies.get("all")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if not proxy_address or _is_excluded(host, port, proxies.get("no")):
        return None
    return _parse_proxy(proxy_address)


def _is_excluded(host: str, port: int, exceptions: str | None) -> bool:
    if exceptions is None:
        return bool(proxy_bypass(host))  # the system's exceptions, on macOS and Windows
    return any(_matches_host(entry, host, port) for entry in re.split(r"[,\s]+", exceptions.lower()) if entry)


def _matches_host(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except (ValueError, TypeError):
        pass  # one of the two is a name
    bracketed = re.fullmatch(r"\[([^]]*)\](?::(\d+))?", entry)
    name, _, its_port = (bracketed[1], "", bracketed[2] or "") if bracketed else entry.partition(":")
    if its_port and its_port != str(port):
        return False
    name = name.removeprefix("*").lstrip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _parse_proxy(text: str) -> Proxy:
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        user, at, address = parts.netloc.rpartition("@")
        # Plain http to the proxy is the usual way: what matters is encrypted through it.
        url = check_service_url(f"{parts.scheme}://{address}", insecure_http=True)
    except (ConfigError, ValueError):  # not quoted: a password may be in it
        raise ConfigError("the proxy settings are not valid", hint=_build_hint()) from None
    name, _, password = user.partition(":")
    return Proxy(url, (_decode_userinfo(name), _decode_userinfo(password)) if at else None)


def _decode_userinfo(text: str) -> bytes:
    return unquote(text).encode(errors="surrogateescape")


def _build_hint() -> str:
    names = [name for name in os.environ if name.lower() in {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}]
    return f"check {', '.join(sorted(names)) or 'the proxy variables'}; SOCKS proxies are not supported"
