"""Where requests go: verified, in plain text to this machine alone, and through a proxy only where one is meant."""

from __future__ import annotations

import json
import os
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from tests.support.examples import limit_examples
from tests.support.fake_cloud import write_clouds
from tests.support.fake_keystone import (
    ISSUED,
    PASSWORD,
    FakeKeystone,
    build_login_response,
    build_token_document,
    set_login_environ,
)
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, FakeService, build_member, build_response
from tests.support.refusing_proxy import RefusingProxy
from tests.support.run import Run, run_tool
from tests.support.tls import create_tls_context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

pytestmark = [
    pytest.mark.hostile,
    pytest.mark.filterwarnings("ignore::openstack.warnings.RemovedInSDK60Warning"),
]

AUTHORITY = trustme.CA()
SECRETS = (TOKEN, PASSWORD, ISSUED)
https = st.sampled_from(["https", "HTTPS", "Https", "hTTPs", "httpS"])
# They lead to this machine here, but not everywhere, and a name server may say otherwise.
OTHERS = ["0.0.0.0", "0", "[::]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]"]  # noqa: S104  (nobody listens there)


@pytest.fixture
def authority(tmp_path: Path) -> str:
    """A file with the authority that signed for our services, and that nobody trusts by themselves."""
    path = tmp_path / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def untrusted_service() -> Iterator[FakeService]:
    """An image service with a certificate that nobody trusts."""
    with FakeService(
        build_response(200, build_member()), tls=create_tls_context(AUTHORITY, "127.0.0.1", "localhost")
    ) as service:
        yield service


def _write_config(**profile: str) -> None:
    path = Path(os.environ["XDG_CONFIG_HOME"], "imgshare", "config.toml")
    path.parent.mkdir(exist_ok=True)
    lines = [f"{key} = {json.dumps(value)}" for key, value in profile.items()]
    path.write_text("\n".join(["[profiles.default]", *lines]))


def _set_endpoint(source: str, address: str, patch: pytest.MonkeyPatch) -> list[str]:
    """Name the image service in one of the places, and return the options for it."""
    if source == "flag":
        return ["--endpoint", address]
    if source == "profile":
        _write_config(endpoint=address)
    else:
        patch.setenv(source, address)
    return []


@limit_examples(60)
@given(
    scheme=https,
    host=st.sampled_from(["127.0.0.1", "LocalHost", "127.1"]),
    end=st.sampled_from(["", "/", "/v2", "/v2/", "//"]),
    source=st.sampled_from(["flag", "profile", "IMGSHARE_ENDPOINT", "OS_IMAGE_ENDPOINT_OVERRIDE", "catalog"]),
)
def test_no_spelling_goes_unverified(  # noqa: PLR0913, PLR0917
    imgshare: RunImgshare, untrusted_service: FakeService, scheme: str, host: str, end: str, source: str
) -> None:
    """However https is spelled, and wherever, an unknown authority is exit 8, and the service is not asked."""
    address = untrusted_service.endpoint.replace("https", scheme).replace("127.0.0.1", host) + end
    with pytest.MonkeyPatch.context() as patch:
        _write_config()
        if source == "catalog":
            with FakeKeystone(build_login_response(build_token_document(address))) as keystone:
                set_login_environ(keystone.auth_url, patch)
                run = imgshare("accept", IMAGE, MEMBER)
        else:
            patch.setenv("IMGSHARE_TOKEN", TOKEN)
            run = imgshare("accept", IMAGE, MEMBER, *_set_endpoint(source, address, patch))

    assert 8 == run.code, run
    assert run.err.startswith(f"imgshare: the certificate of {host.lower()} is not trusted: ")
    assert [] == untrusted_service.requests


@pytest.mark.parametrize("scheme", ["https", "HTTPS", "Https"])
def test_identity_services_are_verified(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """A password goes to no identity service that is not verified."""
    with FakeKeystone(
        build_login_response(build_token_document("http://127.0.0.1:1")),
        tls=create_tls_context(AUTHORITY, "127.0.0.1", "localhost"),
    ) as keystone:
        set_login_environ(keystone.auth_url.replace("https", scheme), monkeypatch)

        run = imgshare("accept", IMAGE, MEMBER)

        assert (8, []) == (run.code, keystone.requests)
    assert run.err.startswith("imgshare: the certificate of 127.0.0.1 is not trusted: ")
    assert run.err.endswith("hint: pass the CA that signed it with --cacert FILE\n")


@pytest.mark.parametrize("scheme", ["https", "HTTPS", "Https"])
def test_proxies_are_verified(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """A proxy that is spoken to over TLS is verified as well."""
    with FakeService(
        build_response(200, build_member()), tls=create_tls_context(AUTHORITY, "127.0.0.1", "localhost")
    ) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint.replace("https", scheme))
        monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)

        run = imgshare("accept", IMAGE, MEMBER, "--endpoint", "https://glance.example")

        assert (8, []) == (run.code, proxy.requests)
    assert "is not trusted" in run.err


@pytest.mark.parametrize("host", OTHERS)
@pytest.mark.parametrize("scheme", ["http", "HTTP"])
@pytest.mark.parametrize("source", ["flag", "profile", "IMGSHARE_ENDPOINT", "OS_IMAGE_ENDPOINT_OVERRIDE"])
def test_nothing_goes_in_plain_text_to_another_machine(
    imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, scheme: str, host: str, source: str
) -> None:
    """Plain http to what is not this machine for certain is exit 3, before anything is sent."""
    with FakeService(build_response(200, build_member())) as service:
        address = service.endpoint.replace("http", scheme).replace("127.0.0.1", host)
        monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)

        run = imgshare("accept", IMAGE, MEMBER, *_set_endpoint(source, address, monkeypatch))

        assert (3, "", []) == (run.code, run.out, service.requests), run
    assert "uses plain http: others on the network could read the token" in run.err


@pytest.mark.parametrize("host", ["127.0.0.1.1", "127.", "127.0.0.1.", "127.0.0.1.example", "127.08", "localhost."])
def test_what_only_looks_like_this_machine(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """A name that begins as this machine's address does is another machine's."""
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)

    run = imgshare("accept", IMAGE, MEMBER, "--endpoint", f"http://{host}:1")

    assert (3, "") == (run.code, run.out), run


@pytest.mark.parametrize("host", OTHERS[:2])
def test_a_login_in_plain_text_does_not_stick(
    imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """What --insecure-http allowed once, later runs and `logout` do not do by themselves."""
    _write_config(token_store="file")
    with FakeService(build_response(200, build_member())) as service:
        address = service.endpoint.replace("127.0.0.1", host)
        with FakeKeystone(build_login_response(build_token_document(address))) as keystone:
            auth_url = keystone.auth_url.replace("127.0.0.1", host)
            set_login_environ(auth_url, monkeypatch)
            assert 0 == imgshare("accept", IMAGE, MEMBER, "--insecure-http").code
            service.requests.clear()
            keystone.requests.clear()

            assert 3 == imgshare("accept", IMAGE, MEMBER).code
            run = imgshare("logout")

            assert ([], []) == (service.requests, keystone.requests)
    assert 0 == run.code
    assert f"auth_url {auth_url} uses plain http" in run.err


def test_an_identity_provider_that_sends_the_login_on(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """A discovery document that names plain http on another host gets no password there."""
    with FakeService(build_response(200, build_member())) as elsewhere:
        other = elsewhere.endpoint.replace("127.0.0.1", OTHERS[0])
        with FakeService(build_response(200, {"token_endpoint": f"{other}/token"})) as provider:
            federated = {
                "AUTH_TYPE": "v3oidcpassword",
                "IDENTITY_PROVIDER": "idp",
                "PROTOCOL": "openid",
                "CLIENT_ID": "c",
                "CLIENT_SECRET": "client-secret",
                "DISCOVERY_ENDPOINT": f"{provider.endpoint}/.well-known",
            }
            set_login_environ(f"{provider.endpoint}/v3", monkeypatch, **federated)
            monkeypatch.delenv("OS_USER_DOMAIN_NAME")

            run = imgshare("accept", IMAGE, MEMBER)

        assert ["/.well-known"] == [request.path for request in provider.requests], run
        assert [] == elsewhere.requests
    assert (8, "") == (run.code, run.out), run
    assert f"the identity service points to another address: the address {other} uses plain http" in run.err


EXCEPTIONS = [
    ("fd00::/8", "https://[fd12::1]", False),
    ("[::1],[fd12::1]", "https://[fd12::1]", False),
    ("fd12::1", "https://[FD12::1]:8443", False),
    ("[fd12::1]:443", "https://[fd12::1]", False),
    ("[fd12::1]:8443", "https://[fd12::1]", True),
    ("10.0.0.0/8", "https://10.1.2.3", False),
    ("10.0.0.0/8", "https://11.1.2.3", True),
    ("10.1.2.3", "https://10.1.2.3:9292", False),
    ("glance.example", "https://glance.example", False),
    (".example", "https://glance.example", False),
    ("*.example", "https://Glance.Example", False),
    ("example", "https://glance.example", False),
    ("example", "https://glance-example", True),
    ("ample", "https://glance.example", True),
    ("a b,glance.example:443 c", "https://glance.example", False),
    ("glance.example:9292", "https://glance.example", True),
    ("*", "https://glance.example", False),
    (",, ,", "https://glance.example", True),
    ("[::1,::/999,10.0.0.0/x,:,[]", "https://glance.example", True),
]


@pytest.fixture
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection leaves this machine."""
    connect = socket.create_connection

    def connect_locally(address: tuple[str, int], *arguments: Any, **options: Any) -> socket.socket:
        if not address[0].startswith("127."):
            raise ConnectionRefusedError(address)
        return connect(address, *arguments, **options)

    monkeypatch.setattr(socket, "create_connection", connect_locally)


@pytest.mark.usefixtures("loopback_only")
@pytest.mark.parametrize(("exceptions", "address", "asked"), EXCEPTIONS)
def test_proxies_and_exceptions(
    imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, exceptions: str, address: str, *, asked: bool
) -> None:
    """NO_PROXY is read in every form that people write: networks, addresses with brackets, domains, ports."""
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    monkeypatch.setenv("NO_PROXY", exceptions)
    with RefusingProxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint)

        run = imgshare("show", IMAGE, MEMBER, "--endpoint", address, "--timeout", "0.5")

        assert asked is bool(proxy.wanted)
    assert 8 == run.code, run


def test_a_name_server_that_says_localhost_is_elsewhere(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token, which goes to localhost in plain text, goes to no other machine that has the name."""
    resolve, connect, asked = socket.getaddrinfo, socket.create_connection, []

    def resolve_elsewhere(host: str, port: int, *, flags: int = 0, **options: Any) -> Any:
        is_lookup = host == "localhost" and not flags & socket.AI_NUMERICHOST
        return resolve("192.0.2.1" if is_lookup else host, port, flags=flags, **options)

    def connect_noting(address: tuple[str, int], *arguments: Any, **options: Any) -> socket.socket:
        asked.append(address[0])
        return connect(("127.0.0.1", address[1]), *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_elsewhere)
    monkeypatch.setattr(socket, "create_connection", connect_noting)
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)

    run = imgshare("accept", IMAGE, MEMBER, "--endpoint", "http://localhost:1", "--timeout", "0.5")

    assert (8, []) == (run.code, asked), run


def test_our_certificate_is_not_for_the_proxy(
    imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, authority: str
) -> None:
    """A proxy that asks for a certificate is not shown the one that clouds.yaml has for the services."""
    path = tmp_path / "cert.pem"
    AUTHORITY.issue_cert("me.example").private_key_and_cert_chain_pem.write_to_path(str(path))
    context = create_tls_context(AUTHORITY, "127.0.0.1", "localhost")
    context.verify_mode = ssl.CERT_OPTIONAL
    AUTHORITY.configure_trust(context)
    shown: list[Any] = []

    def refuse(connection: ssl.SSLSocket) -> None:
        shown.append(connection.getpeercert())
        connection.sendall(build_response(403, "no", "text/plain"))

    with FakeService(refuse, tls=context) as proxy:  # type: ignore[arg-type]  # with `tls`, connections are of TLS
        auth = {"auth_url": "https://keystone.example/v3", "username": "me", "password": PASSWORD}
        write_clouds(monkeypatch, otc={"auth": auth, "cert": str(path)})
        for name, value in {"OS_CLOUD": "otc", "IMGSHARE_CACERT": authority, "HTTPS_PROXY": proxy.endpoint}.items():
            monkeypatch.setenv(name, value)

        assert 8 == imgshare("accept", IMAGE).code

    assert (True, False) == (bool(shown), any(shown))


PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


def test_no_proxy_sees_this_machine(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the image service nor the identity service of this machine is reached through a proxy."""
    with FakeService(build_response(200, build_member())) as service, RefusingProxy() as proxy:
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.endpoint)
        with FakeKeystone(build_login_response(build_token_document(service.endpoint))) as keystone:
            set_login_environ(keystone.auth_url, monkeypatch)
            assert 0 == imgshare("accept", IMAGE, MEMBER).code

        assert [] == proxy.wanted


def test_netrc_is_not_read(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What ~/.netrc holds for a host goes to nobody."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password from-netrc\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    Path(os.environ["HOME"], ".netrc").write_text(netrc.read_text())
    with (
        FakeService(build_response(200, build_member())) as service,
        FakeKeystone(build_login_response(build_token_document(service.endpoint))) as keystone,
    ):
        set_login_environ(keystone.auth_url, monkeypatch)

        assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert all("authorization" not in request.headers for request in service.requests + keystone.requests)


def test_a_proxys_password_is_not_shown(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy is given its password, and nobody else; and a bad address does not show it."""
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    with RefusingProxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint.replace("//", "//me:s%40cret@"))
        run = imgshare("show", IMAGE, MEMBER, "--endpoint", "https://glance.example", "--debug")
        assert {"Basic bWU6c0BjcmV0"} == {request.headers["proxy-authorization"] for request in proxy.requests}
    assert "cret" not in run.err
    for address in ("http://me:secret@[", "socks5://me:secret@127.0.0.1", "http://me:secret@a b", "me:secret@:1"):
        monkeypatch.setenv("HTTPS_PROXY", address)
        run = imgshare("show", IMAGE, MEMBER, "--endpoint", "https://glance.example")
        assert 3 == run.code, run
        assert "secret" not in run.err


def test_a_credential_keeps_its_authorities(
    imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, authority: str
) -> None:
    """What --cacert named for a login holds for all that the login is used for: `logout` revokes."""
    _write_config(token_store="file")
    with FakeService(
        build_response(200, build_member()), tls=create_tls_context(AUTHORITY, "127.0.0.1", "localhost")
    ) as service:
        revoked = build_response(204, b"")
        with FakeKeystone(
            build_login_response(build_token_document(service.endpoint)),
            build_response(401, {}),
            revoked,
            tls=create_tls_context(AUTHORITY, "127.0.0.1", "localhost"),
        ) as keystone:
            set_login_environ(keystone.auth_url, monkeypatch)
            assert 0 == imgshare("accept", IMAGE, MEMBER, "--cacert", authority).code

            keystone.answers.clear()
            keystone.answers.append(revoked)
            run = imgshare("logout")

            assert ("DELETE", "/v3/auth/tokens") == (keystone.requests[-1].method, keystone.requests[-1].path)
    assert 0 == run.code
    assert f"revoked it at {keystone.auth_url}" in run.err.splitlines()


def test_a_refused_token_with_private_authorities(imgshare: RunImgshare, authority: str) -> None:
    """A token that is refused after a login with --cacert is exit 4, and the way to log in again keeps --cacert."""
    _write_config(token_store="file")
    with FakeService(
        build_response(401, {"message": "no"}), tls=create_tls_context(AUTHORITY, "127.0.0.1", "localhost")
    ) as service:
        with FakeKeystone(
            build_login_response(build_token_document(service.endpoint)),
            build_response(200, {}),
            tls=create_tls_context(AUTHORITY, "127.0.0.1", "localhost"),
        ) as keystone:
            who = ["--auth-url", keystone.auth_url, "--username", "me", "--project", "mine"]
            login = run_tool("login", *who, "--cacert", authority, stdin=PASSWORD.encode())
            assert 0 == login.code, login

            run = imgshare("accept", IMAGE, MEMBER)

        assert "/v3" == keystone.requests[-1].path
    assert 4 == run.code, run
    assert f"log in again: `imgshare login {' '.join(who)} --cacert {authority}`" in run.err


@pytest.mark.parametrize("auth_url", ["http://0.0.0.0:1/v3", "not an address", "https://user@127.0.0.1:1"])
def test_a_refused_token_beside_an_odd_address(
    imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, auth_url: str
) -> None:
    """A token that is refused is exit 4, also where the identity service that might be down cannot be asked."""
    monkeypatch.setenv("OS_AUTH_URL", auth_url)
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    with FakeService(build_response(401, {"message": "no"})) as service:
        run = imgshare("accept", IMAGE, MEMBER, "--endpoint", service.endpoint)

    assert 4 == run.code, run


def test_a_kept_login_in_capitals(imgshare: RunImgshare) -> None:
    """A login that was kept with an address in capitals is for the same address."""
    _write_config(token_store="file")
    with FakeService(build_response(200, {"name": "member"}), build_response(200, build_member())) as service:
        address = service.endpoint.replace("127.0.0.1", "localhost")
        assert 0 == run_tool("login", "--endpoint", address, stdin=TOKEN.encode()).code
        [path] = Path(os.environ["XDG_STATE_HOME"], "imgshare", "tokens").glob("default")
        path.write_text(path.read_text().replace(address, address.upper()))

        run = imgshare("accept", IMAGE, MEMBER, "--endpoint", address)

    assert 0 == run.code, run


def test_verification_is_turned_off_by_the_flag_alone(
    imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, untrusted_service: FakeService, tmp_path: Path
) -> None:
    """`verify: false` in a clouds.yaml is exit 3; --insecure-tls does it for one run, and says so."""
    with FakeKeystone(
        build_login_response(build_token_document(untrusted_service.endpoint)),
        tls=create_tls_context(AUTHORITY, "127.0.0.1", "localhost"),
    ) as keystone:
        auth = {"auth_url": keystone.auth_url, "username": "me", "password": PASSWORD, "project_name": "mine"}
        path = tmp_path / "clouds.yaml"
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
        for key, value in (("verify", False), ("insecure", True)):
            path.write_text(json.dumps({"clouds": {"otc": {"auth": auth, key: value}}}))
            monkeypatch.setenv("OS_CLOUD", "otc")
            assert Run(
                3,
                "",
                "imgshare: the settings of cloud 'otc' turn off certificate verification\n"
                "hint: set cacert in clouds.yaml to the CA file instead of verify or insecure; --insecure-tls turns "
                "verification off for one run\n",
            ) == imgshare("accept", IMAGE, MEMBER)
            assert [] == keystone.requests

        run = imgshare("accept", IMAGE, MEMBER, "--insecure-tls", "--json")
    assert (0, build_member()) == (run.code, json.loads(run.out))
    assert (
        "note: --insecure-tls turns off certificate verification: others on the network can read the token\n" == run.err
    )


def test_the_order_of_authorities(
    imgshare: RunImgshare,
    monkeypatch: pytest.MonkeyPatch,
    untrusted_service: FakeService,
    authority: str,
    tmp_path: Path,
) -> None:
    """REQUESTS_CA_BUNDLE counts after OS_CACERT, and before SSL_CERT_FILE."""
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)
    monkeypatch.setenv("IMGSHARE_ENDPOINT", untrusted_service.endpoint)

    codes = []
    for first, second in [("OS_CACERT", "REQUESTS_CA_BUNDLE"), ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")]:
        with monkeypatch.context() as patch:
            patch.setenv(first, authority)
            patch.setenv(second, str(other))
            codes.append(imgshare("accept", IMAGE, MEMBER).code)
            patch.setenv(first, str(other))
            patch.setenv(second, authority)
            codes.append(imgshare("accept", IMAGE, MEMBER).code)
    assert [0, 8, 0, 8] == codes


@pytest.mark.parametrize("path", ["/dev/zero", "fifo", ".", "~nobody-of-this-name/ca.pem", "\x00", "x" * 5000])
def test_authorities_that_are_no_file(
    imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str
) -> None:
    """A device, a pipe or an impossible path as --cacert is exit 3 or trusts nobody, at once."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("fifo")
    monkeypatch.setenv("IMGSHARE_TOKEN", TOKEN)

    run = imgshare("show", IMAGE, MEMBER, "--endpoint", "https://127.0.0.1:1", "--cacert", path)

    assert run.code in {3, 8}, run
    assert "this is a bug" not in run.err
