"""Which login wins: tokens, access keys, OS_*, clouds, stored logins, the variables of the vendor."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_member, build_response
from tests.support.key_cloud import KEY, SECRET
from tests.support.run import Run, run_tool

if TYPE_CHECKING:
    from tests.support.fake_cloud import FakeCloud
    from tests.support.fake_service import FakeService, StartService
    from tests.support.run import RunImgshare

OWN = {"IMGSHARE_ACCESS_KEY": KEY, "IMGSHARE_SECRET_KEY": SECRET, "IMGSHARE_PROJECT_ID": MEMBER}
SDK_KEY = "AKIDOFTHESDK00000000"
SDK = {"HUAWEICLOUD_SDK_AK": SDK_KEY, "HUAWEICLOUD_SDK_SK": SECRET, "HUAWEICLOUD_SDK_PROJECT_ID": MEMBER}
STORED = "a-stored-token-that-nobody-may-see"


def set_environment(monkeypatch: pytest.MonkeyPatch, *values: dict[str, str]) -> None:
    """Set variables, without the token that the fixture sets."""
    monkeypatch.delenv("IMGSHARE_TOKEN", raising=False)
    for name, value in {name: value for one in values for name, value in one.items()}.items():
        monkeypatch.setenv(name, value)


def set_password(cloud: FakeCloud) -> dict[str, str]:
    """The variables that log in to a cloud with a password."""
    auth = cloud.entry()["auth"]
    return {f"OS_{name.upper()}": value for name, value in auth.items()} | {"OS_REGION_NAME": "one"}


def write_config(text: str) -> None:
    """Write the config file; stored tokens are in files."""
    folder = Path(os.environ["XDG_CONFIG_HOME"], "imgshare")
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(f'[profiles.default]\ntoken_store = "file"\n{text}')


def write_clouds(cloud: FakeCloud) -> None:
    """Write a clouds.yaml with the cloud `prod`."""
    folder = Path(os.environ["XDG_CONFIG_HOME"], "openstack")
    folder.mkdir()
    (folder / "clouds.yaml").write_text(json.dumps({"clouds": {"prod": cloud.entry()}}))


def read_login(service: FakeService) -> str:
    """What the only request was authenticated with: a token, or the ID of an access key."""
    (request,) = service.requests
    signature = request.headers.get("authorization", "")
    assert ("x-auth-token" in request.headers) == (not signature)
    return request.headers.get("x-auth-token") or signature.partition("Access=")[2].partition(",")[0]


ANSWER = build_response(200, build_member())


@pytest.mark.parametrize("name", ["IMGSHARE_TOKEN", "OS_TOKEN"])
@pytest.mark.parametrize("key", [OWN, SDK], ids=["own", "sdk"])
def test_a_token_wins_over_keys(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch, name: str, key: dict[str, str]
) -> None:
    """A token in the environment is used, whatever keys are there."""
    service = serve(ANSWER)
    set_environment(monkeypatch, key, {name: TOKEN})

    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert TOKEN == read_login(service)


def test_a_key_wins_over_the_keys_of_the_sdk(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys that were given to imgshare win over those that happen to be there."""
    service = serve(ANSWER)
    set_environment(monkeypatch, OWN, SDK)

    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert KEY == read_login(service)


def test_a_key_wins_over_a_password(
    imgshare: RunImgshare, serve: StartService, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody logs in with OS_* where there is a key."""
    service = serve(ANSWER)
    set_environment(monkeypatch, OWN, set_password(cloud))

    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert (KEY, []) == (read_login(service), cloud.logins)


def test_a_key_wins_over_os_cloud(
    imgshare: RunImgshare, serve: StartService, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor with the cloud of OS_CLOUD; a cloud named by --cloud wins, as it does over a token."""
    service = serve(ANSWER)
    write_clouds(cloud)
    set_environment(monkeypatch, OWN, {"OS_CLOUD": "prod"})

    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert (KEY, []) == (read_login(service), cloud.logins)

    service.requests.clear()
    assert 0 == run_tool("accept", IMAGE, MEMBER, "--cloud", "prod").code
    assert ("token-1", 1) == (read_login(service), len(cloud.logins))


def test_a_key_wins_over_what_is_stored(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key of the environment wins over the token of a login, and over one in the config file."""
    service = serve(build_response(200, {"name": "member"}), ANSWER)
    write_config("")
    set_environment(monkeypatch)
    assert 0 == run_tool("login", stdin=STORED.encode()).code
    service.requests.clear()
    set_environment(monkeypatch, OWN)
    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert KEY == read_login(service)

    imgshare("logout")
    write_config(f'token = "{TOKEN}"\n')
    service.requests.clear()
    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert KEY == read_login(service)


def test_everything_wins_over_the_keys_of_the_sdk(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stored login and a token in the config file win over HUAWEICLOUD_SDK_*, which are used without them."""
    service = serve(build_response(200, {"name": "member"}), ANSWER)
    write_config('service = "ims"\n')
    set_environment(monkeypatch)
    assert 0 == run_tool("login", stdin=STORED.encode()).code
    service.requests.clear()
    set_environment(monkeypatch, SDK)

    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert STORED == read_login(service)

    imgshare("logout")
    write_config(f'service = "ims"\ntoken = "{TOKEN}"\n')
    service.requests.clear()
    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert TOKEN == read_login(service)

    # A region that is named for these keys does not take its endpoint from the token.
    monkeypatch.delenv("IMGSHARE_ENDPOINT")
    write_config(f'service = "ims"\nendpoint = "{service.endpoint}"\ntoken = "{TOKEN}"\n')
    service.requests.clear()
    monkeypatch.setenv("OS_REGION_NAME", "eu-de")
    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert TOKEN == read_login(service)
    monkeypatch.delenv("OS_REGION_NAME")
    monkeypatch.setenv("IMGSHARE_ENDPOINT", service.endpoint)

    write_config('service = "ims"\n')
    service.requests.clear()
    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert SDK_KEY == read_login(service)


@pytest.mark.parametrize("by", ["password", "OS_CLOUD", "--cloud"])
def test_a_cloud_wins_over_the_keys_of_the_sdk(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    """A cloud logs in with its own user, whatever the vendor's variables hold."""
    write_clouds(cloud)
    set_environment(monkeypatch, SDK, {"password": set_password(cloud), "OS_CLOUD": {"OS_CLOUD": "prod"}}.get(by, {}))

    assert 0 == run_tool("accept", IMAGE, MEMBER, *(["--cloud", "prod"] if by == "--cloud" else [])).code
    assert ["token-1"] == cloud.tokens


@pytest.mark.parametrize("setting", ["", 'service = "glance"\n'])
def test_the_keys_of_the_sdk_at_an_unknown_service(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    """They are not used for a Glance, nor where nothing says what the service is: nothing is sent."""
    service = serve(ANSWER)
    write_config(setting)
    set_environment(monkeypatch, SDK)

    assert Run(
        4,
        "",
        f"imgshare: not logged in: HUAWEICLOUD_SDK_AK is set, but nothing says that {service.endpoint} is an IMS, and "
        "the key is not used for anything else\n"
        "hint: `imgshare config set service ims` says that it is one; or set IMGSHARE_ACCESS_KEY and "
        "IMGSHARE_SECRET_KEY, or log in: `imgshare login`\n",
    ) == imgshare("accept", IMAGE, MEMBER)
    assert [] == service.requests


@pytest.mark.parametrize(
    ("region", "what"),
    [("", "no region is set"), ("nowhere", "region 'nowhere' is not known")],
    ids=["none", "unknown"],
)
def test_the_keys_of_the_sdk_without_a_service(
    imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, region: str, what: str
) -> None:
    """Without an endpoint and a known region, the error says what to set; there is no keyring here either."""
    set_environment(monkeypatch, SDK, {"OS_REGION_NAME": region})

    assert Run(
        4,
        "",
        f"imgshare: not logged in: HUAWEICLOUD_SDK_AK is set, but {what}\n"
        "hint: set OS_REGION_NAME to a region such as eu-de, or set IMGSHARE_ACCESS_KEY and IMGSHARE_SECRET_KEY and "
        "IMGSHARE_ENDPOINT\n",
    ) == imgshare("accept", IMAGE, MEMBER)


def test_the_keys_of_the_sdk_without_a_keyring(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container without a keyring they are used, since nothing can be stored there."""
    service = serve(ANSWER)
    set_environment(monkeypatch, SDK)
    folder = Path(os.environ["XDG_CONFIG_HOME"], "imgshare")
    folder.mkdir()
    (folder / "config.toml").write_text('[profiles.default]\nservice = "ims"\n')

    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert SDK_KEY == read_login(service)
