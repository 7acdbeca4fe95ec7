"""keystoneauth1's requests, sent over our own connections: no redirects, no ~/.netrc, bounded time and responses."""

from __future__ import annotations

import os
import time
from email.message import Message
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from keystoneauth1.session import Session
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from imgshare_cli.api.connections import Connections
from imgshare_cli.api.response import check_size
from imgshare_cli.config.service_url import AUTH_URL
from imgshare_cli.errors import ConfigError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from keystoneauth1.plugin import BaseAuthPlugin

    from imgshare_cli.api.response import Response
    from imgshare_cli.api.transport import HttpTransport
    from imgshare_cli.config.service_url import Setting
    from imgshare_cli.config.settings import Settings

_REDIRECTS = {301, 302, 303, 305, 307, 308}
# What keystoneauth's own session would negotiate, and what belongs to a connection that is not its own.
_OURS = {"accept-encoding", "connection", "content-length", "host", "transfer-encoding"}


class BoundedSession(Session):
    """A keystoneauth1 session for one login.

    Args:
        hosts: the hosts that the settings name.
        settings: what to trust and allow, and the time for the whole login.
        setting: the setting that holds the identity service's URL, for messages.
        options: what openstacksdk gives to a session.
    """

    def __init__(self, hosts: set[str], settings: Settings, setting: Setting, **options: Any) -> None:
        self._setting = setting
        self._http = create_http_session(hosts, settings, setting)
        super().__init__(session=self._http, **options)

    def request(self, url: str, method: str, *arguments: Any, **options: Any) -> requests.Response:
        """Send a request, and do not follow a redirect: the request may hold a password.

        Only a plugin that passes `redirect` expects one, as SAML does, and handles it itself.

        Raises:
            UnavailableError: there is no response, or none that can be read; or it is a redirect.
        """
        expected = "redirect" in options
        response = super().request(url, method, *arguments, **{**options, "redirect": False})
        if response.status_code in _REDIRECTS and not expected:
            where = response.headers.get("Location", "nowhere")[:200]
            raise UnavailableError(
                f"the identity service returned {response.status_code}, a redirect to {where}, which is not followed",
                hint=f"if you trust that address, set {self._setting.name} to it",
                http_status=response.status_code,
            )
        return response

    def get_auth_headers(self, auth: BaseAuthPlugin | None = None) -> dict[str, str] | None:
        """Refuse to authenticate a request with the token that this login is for: keystoneauth would wait for itself.

        Raises:
            UnavailableError: the token is asked for that this login is for.
        """
        if auth in {None, self.auth}:
            raise UnavailableError(
                "the identity service asks for a token before it has issued one", hint=f"check {self._setting.name}"
            )
        return super().get_auth_headers(auth)

    def disconnect(self) -> None:
        """Close the connections."""
        self._http.close()


def create_http_session(hosts: set[str], settings: Settings, setting: Setting = AUTH_URL) -> requests.Session:
    """Create a session of requests that sends over our own connections.

    Args:
        hosts: those that the settings name.
        settings: what to trust and allow, and the time for all requests together.
        setting: the setting that holds the identity service's URL, for messages.
    """
    session = _HttpSession()
    session.trust_env = False
    adapter = _Adapter(hosts, settings, setting)
    for scheme in ("http://", "https://", ""):  # the last for what is not an address
        session.mount(scheme, adapter)
    return session


class _HttpSession(requests.Session):
    def resolve_redirects(self, *_arguments: Any, **_options: Any) -> Iterator[Any]:  # type: ignore[override]
        """Ignore Location: requests parses it although it is not followed."""
        yield from ()


class _Adapter(BaseAdapter):
    """Sends prepared requests to any host, with the same bounds as our own."""

    def __init__(self, hosts: set[str], settings: Settings, setting: Setting) -> None:
        super().__init__()
        self._hosts = hosts
        self._setting = setting
        self._deadline = time.monotonic() + settings.timeout
        # What keystoneauth sends is authenticated by its plugins, and may hold any secret: nothing of it is logged.
        self._connections = Connections(settings, os.environ, debug=_ignore, hide_secret=_ignore)
        self._transports: dict[tuple[str, object, object], HttpTransport] = {}

    def send(  # noqa: PLR0913, PLR0917  (requests' signature)
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002
        timeout: object = None,  # noqa: ARG002  (one deadline holds for all)
        verify: bool | str = True,  # noqa: FBT001, FBT002
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002  (decided by us)
    ) -> requests.Response:
        url = str(request.url)
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        transport = self._find_transport(origin, verify, cert)
        path = url[len(origin) :].partition("#")[0]
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _OURS}
        response = transport.send_once(str(request.method), path, self._deadline, content=request.body, headers=headers)
        check_size(response, "identity")
        return _convert_response(response, request, self)

    def close(self) -> None:
        self._connections.close()
        self._transports.clear()

    def _find_transport(self, origin: str, verify: bool | str, cert: Any) -> HttpTransport:  # noqa: FBT001
        key = (origin, verify, cert)
        if key not in self._transports:
            self._transports[key] = self._connect(origin, verify if isinstance(verify, str) else None, cert)
        return self._transports[key]

    def _connect(self, origin: str, cacert: str | None, cert: Any) -> HttpTransport:
        is_named = urlsplit(origin).hostname in self._hosts
        setting = self._setting if is_named else self._setting._replace(name="the address")
        try:
            return self._connections.connect(origin, cacert=cacert, client_cert=cert, setting=setting)
        except ConfigError as exc:
            if is_named:
                raise
            # The settings did not name this address: the identity service did.
            raise UnavailableError(f"the identity service points to another address: {exc.message}") from exc


def _ignore(_text: str) -> None:
    """Log nothing."""


def _convert_response(answer: Response, request: requests.PreparedRequest, adapter: _Adapter) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(answer.headers)
    response.encoding = "utf-8"  # JSON has no other, and some that a service may name take minutes
    response.request = request
    response.url = str(request.url)
    response.connection = adapter  # type: ignore[assignment]  # SAML's plugin goes on with it
    response._content = bytes(answer.body)  # noqa: SLF001  (as requests' own tests do)
    response._content_consumed = True  # noqa: SLF001
    # Cookies, which SAML needs, are taken from what http.client would have left here.
    fields = Message()
    for name, value in answer.headers:
        fields[name] = value
    response.raw = SimpleNamespace(_original_response=SimpleNamespace(msg=fields), release_conn=lambda: None)
    requests.cookies.extract_cookies_to_jar(response.cookies, request, response.raw)
    return response
