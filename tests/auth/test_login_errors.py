"""What `login` and a run that logs in say of a mistake: what was typed, exit code, sentence, hint."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from tests.support.fake_cloud import write_config
from tests.support.fake_keystone import FakeKeystone, build_discovery, build_login_response, build_token_document
from tests.support.fake_service import FakeService, build_response
from tests.support.hostile_responses import build_reply
from tests.support.refusing_proxy import RefusingProxy
from tests.support.run import Run, run_tool
from tests.support.tls import create_tls_context

if TYPE_CHECKING:
    from tests.support.run import RunImgshare

AUTHORITY = trustme.CA()
WHO = ["login", "--username", "me", "--project", "mine", "--auth-url"]
CREDENTIAL = ["login", "--application-credential-id", "id", "--auth-url"]
SEARCHED = "$OS_CLIENT_CONFIG_FILE, the current directory, ~/.config/openstack and /etc/openstack"
OPENRC = {"OS_USERNAME": "me", "OS_PASSWORD": "pw", "OS_PROJECT_NAME": "mine"}
FLAGS = "check --auth-url, --username, --user-domain, --project and --project-domain"
PASSWORD = "others on the network could read the password"


@dataclass(frozen=True)
class Mistake:
    """One row: what was typed, and what came of it; {clouds} and {config} are the files.

    Attributes:
        typed: the arguments.
        code: the exit code.
        sentence: the message.
        hint: the hint.
        environ: variables that are set.
        clouds: clouds.yaml, as text or as the entry `otc`.
        config: the config file.
    """

    typed: list[str]
    code: int
    sentence: str
    hint: str
    environ: dict[str, str] = field(default_factory=dict)
    clouds: Any = None
    config: str = '[profiles.default]\ntoken_store = "file"\n'


AUTH = {"auth_url": "http://127.0.0.1:1/v3", "username": "me", "password": "pw", "project_name": "mine"}
LIST = ["list", "--cloud", "otc"]
NO_YAML = "{clouds}, line %d is not valid YAML: %s"
QUOTE_IT = "fix that line, or quote its value"

MISTAKES = [
    # Addresses
    Mistake(
        [*WHO, "iam.example/v3"],
        3,
        "--auth-url 'iam.example/v3' is not an http or https URL",
        "did you mean `imgshare login --auth-url https://iam.example/v3 --username me --project mine`?",
    ),
    Mistake(
        ["login", "--username", "me", "--profile", "otc"],
        3,
        "--auth-url 'iam.example/v3' is not an http or https URL",
        "did you mean `export OS_AUTH_URL=https://iam.example/v3`?",
        {"OS_AUTH_URL": "iam.example/v3"},
    ),
    Mistake(
        ["login", "--endpoint", "ims.example"],
        3,
        "the endpoint 'ims.example' is not an http or https URL",
        "did you mean `imgshare login --endpoint https://ims.example`?",
    ),
    Mistake(
        ["show", "golden", "--endpoint", "ims.example", "--profile", "default", "--timeout", "1m"],
        3,
        "the endpoint 'ims.example' is not an http or https URL",
        "did you mean `imgshare show golden --profile default --endpoint https://ims.example --timeout 1m`?",
    ),
    *[
        Mistake(
            ["list"],
            3,
            "the endpoint 'ims.example' is not an http or https URL",
            f"did you mean `export {name}=https://ims.example`?",
            {name: "ims.example"},
        )
        for name in ("IMGSHARE_ENDPOINT", "OS_IMAGE_ENDPOINT_OVERRIDE")
    ],
    Mistake(
        ["list"],
        3,
        "the endpoint '[::1]:9292' is not an http or https URL",
        "did you mean `export IMGSHARE_ENDPOINT='http://[::1]:9292'`?",
        {"IMGSHARE_ENDPOINT": "[::1]:9292"},
    ),
    Mistake(
        ["list"],
        3,
        "the endpoint 'ims.example' is not an http or https URL",
        "did you mean `imgshare config set endpoint https://ims.example`?",
        config='[profiles.default]\nendpoint = "ims.example"\n',
    ),
    Mistake(
        ["list", "--profile", "otc", "--endpoint", "https://ims.example"],
        3,
        "the endpoint 'ims.example' is not an http or https URL",
        "did you mean `imgshare config set endpoint https://ims.example --profile otc`?",
        config='[profiles.otc]\nendpoint = "ims.example"\n',
    ),
    Mistake(
        [*WHO, "ftp://iam.example"],
        3,
        "--auth-url 'ftp://iam.example' is not an http or https URL",
        "use the address of the service, such as https://iam.eu-de.otc.t-systems.com/v3",
    ),
    Mistake(
        ["list"],
        3,
        "OS_AUTH_URL 'iam.example/v3' is not an http or https URL",
        "did you mean `export OS_AUTH_URL=https://iam.example/v3`?",
        {**OPENRC, "OS_AUTH_URL": "iam.example/v3"},
    ),
    Mistake(
        LIST,
        3,
        "auth_url of cloud 'otc' ({clouds}) 'iam.example/v3' is not an http or https URL",
        "did you mean https://iam.example/v3?",
        clouds={"auth": {**AUTH, "auth_url": "iam.example/v3"}},
    ),
    Mistake(
        [*WHO, "http://iam.example/v3"],
        3,
        f"--auth-url http://iam.example/v3 uses plain http: {PASSWORD}",
        "use https, or pass --insecure-http if you trust the network",
    ),
    Mistake(
        [*CREDENTIAL, "http://iam.example/v3"],
        3,
        "--auth-url http://iam.example/v3 uses plain http: others on the network could read the secret",
        "use https, or pass --insecure-http if you trust the network",
    ),
    Mistake(
        ["list"],
        3,
        f"OS_AUTH_URL http://iam.example/v3 uses plain http: {PASSWORD}",
        "use https, or pass --insecure-http if you trust the network",
        {**OPENRC, "OS_AUTH_URL": "http://iam.example/v3"},
    ),
    Mistake(
        [*WHO, "http://127.0.0.1:1/v3"],
        8,
        "cannot reach http://127.0.0.1:1: connection refused",
        "check --auth-url and the network",
    ),
    # Options
    Mistake(
        ["login", "--auth-url", "https://iam.example/v3"],
        2,
        "--username is missing",
        "add --username NAME or --application-credential-id ID; or use --cloud NAME with a clouds.yaml, which is "
        f"searched for in {SEARCHED}",
    ),
    Mistake(["login", "--username", "me"], 2, "--auth-url is missing", "add --auth-url URL, or set OS_AUTH_URL"),
    Mistake(
        ["login", "--cloud", "otc", "--auth-url", "https://iam.example/v3"],
        2,
        "--cloud and --auth-url cannot be used together",
        "--cloud takes the address and the user from clouds.yaml: omit one of the two",
    ),
    Mistake(
        [*CREDENTIAL, "https://iam.example/v3", "--username", "me"],
        2,
        "--username and --application-credential-id cannot be used together",
        "an application credential belongs to one user: omit --username",
    ),
    Mistake(
        ["login", "--endpoint", "http://127.0.0.1:1"],
        4,
        "the token from your input is empty",
        "paste a token; 'openstack token issue' creates one",
    ),
    Mistake(
        ["login", "otc"],
        2,
        "`imgshare login` takes no argument: other users of this machine can read a token on the command line",
        "did you mean `imgshare login --cloud otc`?",
        clouds={},
    ),
    Mistake(
        ["login", "https://iam.example/v3"],
        2,
        "`imgshare login` takes no argument: other users of this machine can read a token on the command line",
        "`imgshare login --auth-url https://iam.example/v3 --username NAME` logs in there with a password, and "
        "`imgshare login --endpoint https://iam.example/v3` with a token for an image service",
    ),
    Mistake(
        ["login", "--endpoint", "127.0.0.1:33887"],
        3,
        "the endpoint '127.0.0.1:33887' is not an http or https URL",
        "did you mean `imgshare login --endpoint http://127.0.0.1:33887`?",
    ),
    # The environment
    Mistake(
        ["list"],
        3,
        "the settings of OS_* do not contain username",
        "set OS_USERNAME, which an openrc file sets",
        {"OS_AUTH_URL": "https://iam.example/v3", "OS_AUTH_TYPE": "password"},
    ),
    Mistake(
        ["list"],
        3,
        "the settings of OS_* do not contain password",
        "set OS_PASSWORD, which an openrc file sets; `imgshare login --auth-url https://iam.example/v3 --username me` "
        "asks for it",
        {"OS_AUTH_URL": "https://iam.example/v3", "OS_USERNAME": "me"},
    ),
    Mistake(
        ["list"],
        4,
        "not logged in: OS_AUTH_URL is set, but neither OS_USERNAME nor OS_APPLICATION_CREDENTIAL_ID",
        "set OS_USERNAME and OS_PASSWORD, run `imgshare login --auth-url https://iam.example/v3 --username NAME`, or "
        f"write a clouds.yaml, which is searched for in {SEARCHED}",
        {"OS_AUTH_URL": "https://iam.example/v3"},
    ),
    # clouds.yaml
    Mistake(
        LIST,
        3,
        "cloud 'otc' was not found, because there is no clouds.yaml",
        f"clouds.yaml is searched for in {SEARCHED}; `imgshare login` asks how to log in",
    ),
    Mistake(
        ["list", "--cloud", "ocd"],
        3,
        "cloud 'ocd' is not in {clouds}",
        "did you mean `imgshare list --cloud otc`? the clouds there are otc, 'a b'",
        clouds='{"clouds": {"otc": {}, "a b": {}, "pw": "secret"}}',
    ),
    Mistake(
        ["list", "--limit", "3"],
        3,
        "cloud 'ocd' is not in {clouds}",
        "did you mean `imgshare list --limit 3 --cloud otc`? the clouds there are otc",
        environ={"OS_CLOUD": "ocd"},
        clouds='{"clouds": {"otc": {}}}',
    ),
    Mistake(
        ["login", "otcc"],
        2,
        "`imgshare login` takes no argument: other users of this machine can read a token on the command line",
        "did you mean `imgshare login --cloud otc`?",
        clouds='{"clouds": {"otc": {}}}',
    ),
    Mistake(
        LIST,
        8,
        "cannot reach http://127.0.0.1:1: connection refused",
        "check auth_url of cloud 'otc' ({clouds}) and the network",
        clouds={"auth": AUTH},
    ),
    Mistake(
        LIST,
        3,
        "the settings of cloud 'otc' do not contain username",
        "add it to auth in {clouds}, or in secure.yaml",
        clouds={"auth": {"auth_url": "https://iam.example/v3"}},
    ),
    Mistake(
        LIST,
        3,
        "the settings of cloud 'otc' do not contain password",
        "add it to auth in {clouds}, or in secure.yaml; "
        "`imgshare login --auth-url https://iam.example/v3 --username me` asks for it",
        clouds={"auth": {"auth_url": "https://iam.example/v3", "username": "me"}},
    ),
    Mistake(
        LIST,
        3,
        "the settings of cloud 'otc' do not contain password",
        "add it to auth in {clouds}, or in secure.yaml; `imgshare login --auth-url https://iam.example/v3 "
        "--username me --user-domain Foo --project demo --project-domain Bar` asks for it",
        clouds={
            "auth": {
                "auth_url": "https://iam.example/v3",
                "username": "me",
                "user_domain_name": "Foo",
                "project_name": "demo",
                "project_domain_name": "Bar",
            }
        },
    ),
    Mistake(
        ["login", "--cloud", "nope"],
        3,
        "cloud 'nope' is not in {clouds}",
        "no cloud is there",
        clouds="{}",
    ),
    Mistake(
        ["login", "--cloud", "defaults"], 3, "cloud 'defaults' is not in {clouds}", "no cloud is there", clouds="{}"
    ),
    Mistake(
        LIST,
        3,
        "verify of cloud 'otc' is the text 'false', which would be a file's name",
        "write it without quotes in {clouds}",
        clouds={"auth": AUTH, "verify": "false"},
    ),
    Mistake(
        LIST,
        3,
        "the settings of cloud 'otc' cannot be used: a value has the wrong type, or auth has an unknown key",
        "check {clouds}",
        clouds={"auth": ["x"]},
    ),
    Mistake(
        LIST,
        3,
        NO_YAML % (3, "its indentation or its quotes do not match the lines above"),
        QUOTE_IT,
        clouds="clouds:\n  otc:\n    - : -\n     x",
    ),
    Mistake(
        LIST,
        3,
        NO_YAML % (1, "a value is missing, or begins with a character that needs quotes"),
        QUOTE_IT,
        clouds="clouds: {otc: [}",
    ),
    Mistake(
        LIST,
        3,
        NO_YAML % (2, "a tab or another character that needs quotes"),
        QUOTE_IT,
        clouds="clouds:\n\totc: x",
    ),
    Mistake(
        LIST,
        3,
        NO_YAML % (2, "its indentation is wrong, or a value with a colon needs quotes"),
        QUOTE_IT,
        clouds="clouds:\n  otc: hunter2: x",
    ),
    Mistake(LIST, 3, NO_YAML % (2, "a quote is not closed"), QUOTE_IT, clouds="clouds: {otc: 'hunter2\n"),
    # The config file
    Mistake(
        ["list"],
        3,
        "unknown key token_store in {config}",
        "token_store belongs to a profile: move it below [profiles.NAME]; known keys: default_profile, "
        "decision_log, owners, profiles",
        config='token_store = "file"\n',
    ),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.sentence[:50])
def test_a_mistake(mistake: Mistake) -> None:
    """Each says in one sentence what is wrong, and in a hint what to do."""
    config = write_config(mistake.config)
    path = Path(os.environ["XDG_CONFIG_HOME"], "openstack", "clouds.yaml")
    if mistake.clouds is not None:
        path.parent.mkdir()
        is_text = isinstance(mistake.clouds, str)
        path.write_text(mistake.clouds if is_text else json.dumps({"clouds": {"otc": mistake.clouds}}))
    sentence, hint = [
        text.replace("{clouds}", str(path)).replace("{config}", str(config))
        for text in (mistake.sentence, mistake.hint)
    ]

    assert Run(mistake.code, "", f"imgshare: {sentence}\nhint: {hint}\n") == run_tool(
        *mistake.typed, stdin=b"\n" if "--endpoint" in mistake.typed else b"pw", environ=mistake.environ
    )


ANSWERS: list[tuple[list[str], int, str, int, str, str]] = [
    (
        WHO,
        401,
        "The request you have made requires authentication.",
        4,
        "the identity service {url} rejected the credentials of user 'me'",
        "check user, password and project; the user may also be disabled",
    ),
    (
        WHO,
        401,
        "Your browser does not understand how to supply the credentials",
        4,
        "the identity service {url} rejected the credentials of user 'me'",
        "check user, password and project; the user may also be disabled",
    ),
    (
        WHO,
        401,
        "The account is locked for user: x.",
        4,
        "the identity service {url} rejected the credentials of user 'me': The account is locked for user: x",
        "check user, password and project; the user may also be disabled",
    ),
    (
        CREDENTIAL,
        401,
        "no",
        4,
        "the identity service {url} rejected the application credential: no",
        "check its ID and secret; it may also have expired",
    ),
    (
        WHO,
        400,
        "Expecting to find domain.",
        3,
        "cannot log in to {url} (400 Bad Request): Expecting to find domain",
        FLAGS,
    ),
    (WHO, 403, "You are not welcome", 3, "cannot log in to {url} (403 Forbidden): You are not welcome", FLAGS),
    (
        CREDENTIAL,
        400,
        "no",
        3,
        "cannot log in to {url} (400 Bad Request): no",
        "check --auth-url and --application-credential-id",
    ),
    (
        WHO,
        404,
        "Not Found",
        3,
        "cannot log in to {url} (404 Not Found)",
        "check --auth-url, which usually ends with /v3",
    ),
    (
        WHO,
        503,
        "no",
        8,
        "the identity service {url} failed (503 Service Unavailable)",
        "check --auth-url and the network, and try again",
    ),
    (
        WHO,
        429,
        "no",
        8,
        "the identity service {url} failed (429 Too Many Requests)",
        "check --auth-url and the network, and try again",
    ),
]


@pytest.mark.parametrize(("typed", "status", "words", "code", "sentence", "hint"), ANSWERS)
def test_what_keystone_answers(  # noqa: PLR0913, PLR0917
    typed: list[str], status: int, words: str, code: int, sentence: str, hint: str
) -> None:
    """A refused login says what Keystone said where that helps, and names the flags that were used."""
    write_config('[profiles.default]\ntoken_store = "file"\n')
    body = {"error": {"code": status, "message": words, "title": "x"}}
    with FakeKeystone(build_reply(json.dumps(body).encode(), status=status)) as keystone:
        if typed is CREDENTIAL:  # which keystoneauth sends without discovery
            keystone.answers.popleft()
        assert Run(code, "", f"imgshare: {sentence.format(url=keystone.auth_url)}\nhint: {hint}\n") == run_tool(
            *typed, keystone.auth_url, stdin=b"pw"
        )


def test_a_login_without_a_project() -> None:
    """A login with flags that is for no project says the whole command, with the flag to add."""
    write_config('[profiles.default]\ntoken_store = "file"\n')
    unscoped = {**build_token_document("http://127.0.0.1:1")["token"], "project": None}
    with FakeKeystone(build_login_response({"token": unscoped})) as keystone:
        assert Run(
            4,
            "",
            "imgshare: the login of me is not for a project, but images are shared with projects\n"
            f"hint: set the project: `imgshare login --auth-url {keystone.auth_url} --username me --project NAME`\n",
        ) == run_tool(*WHO[:3], "--auth-url", keystone.auth_url, stdin=b"pw")


def test_a_server_that_is_not_keystone() -> None:
    """A web page at --auth-url is exit 8 without the name of a Python class."""
    write_config('[profiles.default]\ntoken_store = "file"\n')
    with FakeService(build_response(200, "<html>hello", "text/html")) as service:
        url = f"{service.endpoint}/v3"
        assert Run(
            8,
            "",
            f"imgshare: the server at {url} is not Keystone: its response cannot be read\nhint: check --auth-url\n",
        ) == run_tool(*WHO, url, stdin=b"pw")


def test_an_identity_provider_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A discovery document with an empty token_endpoint is not blamed on the catalog."""
    with FakeService(build_response(200, {"token_endpoint": ""})) as provider:
        federated = {
            "AUTH_URL": f"{provider.endpoint}/v3",
            "AUTH_TYPE": "v3oidcpassword",
            "IDENTITY_PROVIDER": "idp",
            "PROTOCOL": "openid",
            "CLIENT_ID": "c",
            "CLIENT_SECRET": "client-secret",
            "DISCOVERY_ENDPOINT": f"{provider.endpoint}/.well-known",
            "USERNAME": "me",
            "PASSWORD": "pw",
        }
        for name, value in federated.items():
            monkeypatch.setenv(f"OS_{name}", value)
        assert Run(
            3,
            "",
            "imgshare: the login with OS_* leads to an address that is empty or not a URL\n"
            "hint: check the variables OS_*, which an openrc file sets, and the discovery document of its identity "
            "provider\n",
        ) == run_tool("list")


def test_a_certificate_for_another_name(tmp_path: Path) -> None:
    """A certificate for another name is not helped by --cacert, which the hint leaves out."""
    write_config('[profiles.default]\ntoken_store = "file"\n')
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with FakeKeystone(build_discovery(""), tls=create_tls_context(AUTHORITY, "iam.example")) as keystone:
        for url in (keystone.auth_url, keystone.auth_url.replace("127.0.0.1", "localhost")):
            host = "localhost" if "localhost" in url else "127.0.0.1"
            assert Run(
                8,
                "",
                f"imgshare: the certificate of {host} is for another name\n"
                "hint: check --auth-url: it must use the certificate's name\n",
            ) == run_tool(*WHO, url, "--cacert", str(tmp_path / "ca.pem"), stdin=b"pw")


def test_an_expired_certificate(tmp_path: Path) -> None:
    """An expired certificate is not helped by --cacert either."""
    from datetime import UTC, datetime

    write_config('[profiles.default]\ntoken_store = "file"\n')
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    tls = create_tls_context(AUTHORITY, "127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    with FakeKeystone(build_discovery(""), tls=tls) as keystone:
        assert Run(
            8,
            "",
            "imgshare: the certificate of 127.0.0.1 is not valid now: certificate has expired\n"
            "hint: check the clock of this machine; only the operators of the service can renew it\n",
        ) == run_tool(*WHO, keystone.auth_url, "--cacert", str(tmp_path / "ca.pem"), stdin=b"pw")


def test_a_proxy(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that refuses or is not there is named without its password, and so are the variables."""
    hint = "hint: check HTTPS_PROXY, and list hosts that need no proxy in NO_PROXY\n"
    monkeypatch.setenv("IMGSHARE_TOKEN", "token")
    with RefusingProxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.endpoint.replace("//", "//me:the-secret@"))
        assert Run(
            8,
            "",
            f"imgshare: cannot reach https://ims.example: the proxy {proxy.endpoint} refused the connection (403)\n"
            + hint,
        ) == imgshare("list", "--endpoint", "https://ims.example")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:the-secret@127.0.0.1:1")
    assert Run(
        8,
        "",
        "imgshare: cannot reach the proxy http://127.0.0.1:1 for https://ims.example: connection refused\n" + hint,
    ) == imgshare("list", "--endpoint", "https://ims.example", "--timeout", "1")
    # NO_PROXY, which the hint names, helps.
    monkeypatch.setenv("NO_PROXY", "127.0.0.2")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert "proxy" not in imgshare("list", "--endpoint", "http://127.0.0.2:1", "--timeout", "1").err


def test_a_service_that_speaks_of_browsers(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """What webob says to every 401, and what tells nothing about a token, is not quoted."""
    words = (
        "This server could not verify that you are authorized. Either you supplied the wrong credentials (e.g., bad "
    )
    words += "password), or your browser does not understand how to supply the credentials required."
    monkeypatch.setenv("IMGSHARE_TOKEN", "token")
    with FakeService(build_response(401, {"message": words})) as service:
        run = imgshare("list", "--endpoint", service.endpoint)
    assert "imgshare: cannot list the images: the token from IMGSHARE_TOKEN was rejected" == run.err.splitlines()[0]
