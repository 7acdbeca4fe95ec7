"""A clouds.yaml of the current folder, possibly by someone else: used openly, and never mixed with the user's files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from keystoneauth1.loading import get_available_plugin_names

from tests.support import hostile_responses
from tests.support.fake_keystone import (
    PASSWORD,
    FakeKeystone,
    build_discovery,
    build_login_response,
    build_token_document,
)
from tests.support.fake_service import IMAGE, MEMBER, FakeService, build_member, build_response
from tests.support.hostile_responses import repeat_reply
from tests.support.refusing_proxy import RefusingProxy
from tests.support.run import Run, run_tool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

pytestmark = pytest.mark.hostile

SECRET = {"clouds": {"otc": {"auth": {"password": PASSWORD}}}}


@pytest.fixture
def keystone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeKeystone]:
    """An identity service, and a current folder of somebody else's."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("OS_CLOUD", "otc")
    with (
        FakeService(build_response(200, build_member())) as service,
        FakeKeystone(build_login_response(build_token_document(service.endpoint))) as keystone,
    ):
        yield keystone


def _build_clouds(keystone: FakeKeystone, **auth: str) -> dict[str, Any]:
    own = {"auth_url": keystone.auth_url, "username": "me", "project_name": "mine", **auth}
    return {"clouds": {"otc": {"auth": own}}}


def _write(folder: Path, name: str, content: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def _find_user_folder() -> Path:
    return Path(os.environ["XDG_CONFIG_HOME"], "openstack")


@pytest.fixture
def clouds_yaml(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clouds.yaml that is named, so that a run in this process finds it: openstacksdk looks for others once."""
    path = _find_user_folder() / "clouds.yaml"
    path.parent.mkdir()
    monkeypatch.setenv("OS_CLOUD", "otc")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    return path


@pytest.mark.parametrize("theirs", ["clouds.yaml", "clouds.yml", "clouds.json"])
@pytest.mark.parametrize("mine", ["secure.yaml", "secure.yml", "secure.json"])
def test_ones_own_secrets_stay_away(keystone: FakeKeystone, theirs: str, mine: str) -> None:
    """A clouds.yaml of the current folder does not get the password of one's own secure.yaml."""
    entries = _write(Path.cwd(), theirs, _build_clouds(keystone))
    secrets = _write(_find_user_folder(), mine, SECRET)

    run = run_tool("accept", IMAGE)

    assert (3, "", []) == (run.code, run.out, keystone.requests)
    assert run.err.startswith(f"imgshare: {entries} and {secrets} are not used together, because only one of them is ")


@pytest.mark.parametrize("theirs", ["secure.yaml", "secure.json"])
def test_ones_own_entries_stay_away(keystone: FakeKeystone, theirs: str) -> None:
    """A secure.yaml of the current folder does not send one's own login elsewhere."""
    _write(
        _find_user_folder(), "clouds.yaml", _build_clouds(keystone, password=PASSWORD, auth_url="http://127.0.0.1:1")
    )
    _write(Path.cwd(), theirs, _build_clouds(keystone))

    run = run_tool("accept", IMAGE)

    assert (3, "", []) == (run.code, run.out, keystone.requests)
    assert "are not used together" in run.err


def test_a_vendor_file_of_the_current_folder(keystone: FakeKeystone) -> None:
    """A clouds-public.yaml of the current folder does not say where one's own login goes."""
    own = _build_clouds(keystone, password=PASSWORD)
    own["clouds"]["otc"]["profile"] = "theirs"
    del own["clouds"]["otc"]["auth"]["auth_url"]
    _write(_find_user_folder(), "clouds.yaml", own)
    vendor = {"public-clouds": {"theirs": {"auth": {"auth_url": keystone.auth_url}}}}
    _write(Path.cwd(), "clouds-public.yaml", vendor)

    run = run_tool("accept", IMAGE)

    assert ("", []) == (run.out, keystone.requests)
    assert run.code in {3, 8}


@pytest.mark.parametrize("linked", ["clouds.yaml", "secure.yaml"])
def test_links_of_the_current_folder(keystone: FakeKeystone, linked: str) -> None:
    """A link of the current folder to one's own file does not make that a file of the current folder."""
    own = {
        "clouds.yaml": _build_clouds(keystone, password=PASSWORD, auth_url="http://127.0.0.1:1"),
        "secure.yaml": SECRET,
    }
    other = {"clouds.yaml": "secure.yaml", "secure.yaml": "clouds.yaml"}[linked]
    _write(_find_user_folder(), linked, own[linked])
    Path(linked).symlink_to(os.path.relpath(_find_user_folder() / linked))
    _write(Path.cwd(), other, _build_clouds(keystone))

    run = run_tool("accept", IMAGE)

    assert (3, "", []) == (run.code, run.out, keystone.requests), run
    assert " in the current directory is a link, which is not followed\n" in run.err


def test_a_secure_file_alone(keystone: FakeKeystone) -> None:
    """A secure.yaml of the current folder, without a clouds.yaml, does not get one's own profile either."""
    theirs = _build_clouds(keystone)
    theirs["clouds"]["otc"]["profile"] = "mine"
    _write(Path.cwd(), "secure.yaml", theirs)
    _write(_find_user_folder(), "clouds-public.yaml", {"public-clouds": {"mine": {"auth": {"password": PASSWORD}}}})

    run = run_tool("accept", IMAGE)

    assert 3 == run.code, run
    assert all(PASSWORD.encode() not in request.body for request in keystone.requests)


@pytest.mark.parametrize(
    ("kind", "place"), [("v3websso", "here"), ("v3oidcdeviceauthz", "here"), ("v3oidcdeviceauthz", "home")]
)
def test_logins_in_a_browser(keystone: FakeKeystone, monkeypatch: pytest.MonkeyPatch, kind: str, place: str) -> None:
    """No folder opens a browser, and a login that shows its code to nobody is a sentence."""
    monkeypatch.setenv("BROWSER", "touch browser-was-started")
    entry = _build_clouds(keystone, identity_provider="i", protocol="openid", client_id="c")
    entry["clouds"]["otc"]["auth_type"] = kind
    entry["clouds"]["otc"]["auth"]["project_domain_name"] = "Default"
    del entry["clouds"]["otc"]["auth"]["username"]
    if kind == "v3websso":
        del entry["clouds"]["otc"]["auth"]["client_id"]
    else:
        entry["clouds"]["otc"]["auth"]["discovery_endpoint"] = f"{keystone.endpoint}/wk"
    _write(Path.cwd() if place == "here" else _find_user_folder(), "clouds.yaml", entry)

    run = run_tool("accept", IMAGE, seconds=20)

    assert (3, []) == (run.code, keystone.requests), run
    known = kind in get_available_plugin_names()
    assert (f"a login in a browser ({kind})" if known else f"unknown auth_type '{kind}'") in run.err
    assert not Path("browser-was-started").exists()


def test_ones_own_profiles_stay_away(keystone: FakeKeystone) -> None:
    """A clouds.yaml of the current folder does not get the password of one's own clouds-public.yaml."""
    theirs = _build_clouds(keystone)
    theirs["clouds"]["otc"]["profile"] = "mine"
    _write(Path.cwd(), "clouds.yaml", theirs)
    _write(_find_user_folder(), "clouds-public.yaml", {"public-clouds": {"mine": {"auth": {"password": PASSWORD}}}})

    run = run_tool("accept", IMAGE)

    assert 3 == run.code, run
    assert all(PASSWORD.encode() not in request.body for request in keystone.requests)


@pytest.mark.parametrize("name", ["clouds.yaml", "clouds-public.yaml"])
def test_a_profile_from_the_network(keystone: FakeKeystone, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A profile that is an address is fetched by our rules: no redirect, no proxy for this machine, in time."""
    vendor = build_response(200, {"name": "theirs", "profile": {"auth": {"auth_url": keystone.auth_url}}})
    for reply, code in (
        (vendor, 0),
        (build_response(302, "", Location=f"{keystone.endpoint}/moved"), 3),
        (repeat_reply(b"HTTP/1.1 200 OK\r\n\r\n", b" ", 0.05), 8),
        (hostile_responses.UNREADABLE["deep arrays"], 3),
        (hostile_responses.ENCODED["gzip three times"], 8),
    ):
        keystone.answers.clear()
        keystone.answers.extend(
            [build_discovery(keystone.auth_url), build_login_response(build_token_document("http://127.0.0.1:1"))]
        )
        with FakeService(reply) as source, RefusingProxy() as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.endpoint)
            own = _build_clouds(keystone, password=PASSWORD)
            del own["clouds"]["otc"]["auth"]["auth_url"]
            own["clouds"]["otc"]["profile"] = source.endpoint.replace("http:", "http:\t") if code else source.endpoint
            _write(_find_user_folder(), name.replace("-public", ""), own)

            run = run_tool("accept", IMAGE, MEMBER, "--timeout", "2", seconds=20)

            assert [] == proxy.requests
        assert run.code == code or (code == 0 and "cannot reach http://127.0.0.1:1" in run.err), run
        assert "/moved" not in [request.path for request in keystone.requests]
        assert "this is a bug" not in run.err, run


def test_a_profile_from_the_network_at_logout(keystone: FakeKeystone, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only looks whether a cloud could log in again fetches a profile by the same rules."""
    reply = build_response(302, "", Location=f"{keystone.endpoint}/moved")
    with FakeService(reply) as source, RefusingProxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.endpoint)
        own = _build_clouds(keystone, password=PASSWORD)
        own["clouds"]["otc"]["profile"] = source.endpoint
        _write(_find_user_folder(), "clouds.yaml", own)

        run = run_tool("logout", "--timeout", "2")

        assert (0, []) == (run.code, proxy.requests), run
        assert [] != source.requests
        assert "/moved" not in [request.path for request in keystone.requests]


@pytest.mark.parametrize(("kind", "why"), [("fifo", ""), ("encrypted", "its key is encrypted\n"), ("absent", "")])
def test_a_client_certificate_that_is_none(keystone: FakeKeystone, tmp_path: Path, kind: str, why: str) -> None:
    """A pipe, an encrypted key or nothing as `cert` is a sentence at once, and nobody is asked at the terminal."""
    path = tmp_path / "cert.pem"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "encrypted":
        certificate = trustme.CA().issue_cert("me.example")
        key = load_pem_private_key(certificate.private_key_pem.bytes(), None)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password"))
        path.write_bytes(pem + certificate.cert_chain_pems[0].bytes())
    entry = _build_clouds(keystone, password=PASSWORD, auth_url="https://127.0.0.1:1/v3")
    entry["clouds"]["otc"]["cert"] = str(path)
    _write(_find_user_folder(), "clouds.yaml", entry)

    run = run_tool("accept", IMAGE, seconds=20)

    assert 3 == run.code, run
    assert run.err.startswith(f"imgshare: cannot read the client certificate: {why}")


@pytest.mark.parametrize("password", ["//[x", "http://[", "{}", "{x}", "%s", "a" * 5000])
def test_odd_passwords(imgshare: RunImgshare, keystone: FakeKeystone, clouds_yaml: Path, password: str) -> None:
    """A password is only a password, whatever it looks like."""
    clouds_yaml.write_text(json.dumps(_build_clouds(keystone, password=password)))

    assert 0 == imgshare("accept", IMAGE).code
    assert password.encode() in json.dumps(json.loads(keystone.requests[-1].body)).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [("secure.json", "a: b"), ("secure.yaml", "!!python/name:os.system"), ("secure.yaml", "[]"), ("secure.yml", "")],
)
def test_a_file_that_openstacksdk_passes_over(keystone: FakeKeystone, name: str, content: str) -> None:
    """A secure.yaml of the current folder that cannot be used does not make room for one's own."""
    _write(Path.cwd(), "clouds.yaml", _build_clouds(keystone))
    _write(Path.cwd(), name, content)
    _write(_find_user_folder(), "secure.yaml", SECRET)

    run = run_tool("accept", IMAGE)

    assert 3 == run.code, run
    assert all(PASSWORD.encode() not in request.body for request in keystone.requests)


def test_a_vendor_file_that_is_a_pipe(keystone: FakeKeystone) -> None:
    """A pipe as clouds-public.yaml does not hang a login of the current folder."""
    entry = _build_clouds(keystone, password=PASSWORD)
    entry["clouds"]["otc"]["profile"] = "theirs"
    path = _write(Path.cwd(), "clouds.yaml", entry).with_name("clouds-public.yaml")
    os.mkfifo(path)

    assert Run(3, "", f"imgshare: cannot read {path}: it is not a regular file\n") == run_tool(
        "accept", IMAGE, seconds=20
    )


def test_a_whole_login_of_the_current_folder(keystone: FakeKeystone) -> None:
    """What the current folder has alone is used, and a note says so."""
    path = _write(Path.cwd(), "clouds.yaml", _build_clouds(keystone))
    _write(Path.cwd(), "secure.yaml", SECRET)

    run = run_tool("accept", IMAGE)

    assert 0 == run.code, run
    assert f"note: logging in with {path} from the current directory\n" == run.err


def test_a_file_that_is_named(keystone: FakeKeystone, monkeypatch: pytest.MonkeyPatch) -> None:
    """OS_CLIENT_CONFIG_FILE says that the file is meant, wherever it is."""
    path = _write(Path.cwd(), "clouds.yaml", _build_clouds(keystone))
    _write(_find_user_folder(), "secure.yaml", SECRET)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))

    run = run_tool("accept", IMAGE)

    assert (0, "") == (run.code, run.err)


def test_the_usual_folder_is_the_current_one(keystone: FakeKeystone, monkeypatch: pytest.MonkeyPatch) -> None:
    """In ~/.config/openstack itself, nothing is mixed."""
    _write(_find_user_folder(), "clouds.yaml", _build_clouds(keystone))
    _write(_find_user_folder(), "secure.yaml", SECRET)
    monkeypatch.chdir(_find_user_folder())

    run = run_tool("accept", IMAGE)

    assert (0, "") == (run.code, run.err)


def test_a_folder_that_is_gone(monkeypatch: pytest.MonkeyPatch, keystone: FakeKeystone) -> None:
    """A current folder that was removed is a sentence."""
    _write(_find_user_folder(), "clouds.yaml", _build_clouds(keystone, password=PASSWORD))
    gone = Path.cwd() / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    run = run_tool("accept", IMAGE)

    assert (3, "") == (run.code, run.out), run
    assert run.err.startswith("imgshare: the current directory no longer exists\n")


SECRET_KEYS = ["passwordS3CRET", "password-S3CRET", "S3CRETpassword", "password hunter", "pasword"]


@pytest.mark.parametrize("key", SECRET_KEYS)
def test_a_key_that_is_a_secret(imgshare: RunImgshare, keystone: FakeKeystone, clouds_yaml: Path, key: str) -> None:
    """Text in a place where a secret may be is not shown, not even as a key."""
    clouds_yaml.write_text(json.dumps(_build_clouds(keystone, **{key: "x"})))

    run = imgshare("accept", IMAGE)

    assert 3 == run.code, run
    assert key not in run.err


CONTENTS = [
    "clouds: {otc: {auth: {password: S3CRET",
    "clouds: &a {otc: *a}",
    "clouds: [S3CRET]",
    "clouds: {otc: S3CRET}",
    "clouds: {otc: {auth: S3CRET}}",
    "clouds: {otc: {auth: [S3CRET]}}",
    "clouds: {otc: {auth_type: [S3CRET], auth: {}}}",
    "clouds: {otc: {api_timeout: S3CRET, auth: {auth_url: 5}}}",
    "clouds: {otc: {region_name: '{auth[password]}', auth: {password: S3CRET, auth_url: 'http://127.0.0.1:1'}}}",
    "clouds: {otc: {auth: {auth_url: 'http://127.0.0.1:1/{auth[password]}', password: S3CRET, username: u}}}",
    "clouds: {otc: {profile: 'http://127.0.0.1:1/'}}",
    "clouds: {otc: {regions: S3CRET, auth: {}}}",
    "clouds: {otc: {auth: {}, networks: S3CRET}}",
    "!!python/object/apply:os.system [S3CRET]",
    *(
        f"clouds: {{otc: {{auth: {{password: !!{tag} S3CRET}}}}}}"
        for tag in ("bool", "int", "float", "timestamp", "set")
    ),
    "clouds: {otc: {auth: {password: !!int ''}}}",
    "clouds: {otc: {auth: {password: 2024-13-45}}}",
    "[" * 5000,
    "\x00S3CRET",
    "S3CRET: \t- x",
    "",
    "- S3CRET",
]


@pytest.mark.parametrize("number", range(len(CONTENTS)))
def test_any_clouds_yaml(imgshare: RunImgshare, clouds_yaml: Path, number: int) -> None:
    """A clouds.yaml that cannot be used is a sentence, without what it holds."""
    clouds_yaml.write_text(CONTENTS[number])

    run = imgshare("accept", IMAGE)

    assert run.code in {3, 8}, run
    assert "this is a bug" not in run.err, run
    assert "S3CRET" not in run.err, run


@pytest.mark.parametrize("name", ["OS_REGION_NAME", "OS_INTERFACE", "OS_CACERT"])
@pytest.mark.parametrize("value", ["{", "{}", "{0}", "{auth[password]}", "{x!z}", "a}b"])
def test_braces(  # noqa: PLR0913, PLR0917
    imgshare: RunImgshare,
    keystone: FakeKeystone,
    clouds_yaml: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
) -> None:
    """Braces in a setting are only braces."""
    clouds_yaml.write_text(json.dumps(_build_clouds(keystone, password=PASSWORD)))
    monkeypatch.setenv(name, value)

    run = imgshare("accept", IMAGE)

    assert run.code in {0, 3, 8}, run
    assert "this is a bug" not in run.err, run
    assert PASSWORD not in run.err


@pytest.mark.parametrize("kind", ["fifo", "folder", "device", "large"])
def test_files_that_are_none(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """A clouds.yaml that is a pipe, a folder, a device or too large is a sentence, at once."""
    monkeypatch.setenv("OS_CLOUD", "otc")
    path = _write(_find_user_folder(), "other", "").with_name("clouds.yaml")
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "device":
            path.symlink_to("/dev/zero")
        case _:
            path.write_bytes(b" " * (5 << 20))

    run = run_tool("accept", IMAGE, seconds=20)

    assert 3 == run.code, run
    reason = "it is larger than 256 KiB" if kind == "large" else "it is not a regular file"
    assert run.err == f"imgshare: cannot read {path}: {reason}\n"
