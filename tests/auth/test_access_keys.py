"""Access keys of the environment: signed requests, the project, and what wins over what."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import IMAGE, MEMBER, build_member
from tests.support.key_cloud import KEY, OTHER_PROJECT, SECURITY_TOKEN, KeyCloud
from tests.support.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

DECISION = f"PUT /v2/images/{IMAGE}/members/{MEMBER}"
LOOKUP = "GET /v3/projects?name=eu-de"


@pytest.fixture
def keys() -> Iterator[KeyCloud]:
    """A cloud that takes signed requests."""
    with KeyCloud() as cloud:
        yield cloud


def write_config(text: str) -> None:
    """Write the config file."""
    folder = Path(os.environ["XDG_CONFIG_HOME"], "imgshare")
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(text)


def test_accept(imgshare: RunImgshare, keys: KeyCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run asks for the project of the region; the next is one signed request."""
    keys.enter(monkeypatch)

    assert build_member() == imgshare("accept", IMAGE, MEMBER, "--json").json()
    assert [LOOKUP, DECISION] == keys.targets
    assert [None, MEMBER] == [request.project_id for request in keys.requests]

    keys.requests.clear()
    assert build_member() == imgshare("accept", IMAGE, "--json").json()
    assert [DECISION] == keys.targets
    assert 0 == keys.rejected


def test_the_kept_project(imgshare: RunImgshare, keys: KeyCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project is kept in a private file whose name does not show the key; another region has another."""
    keys.enter(monkeypatch)
    imgshare("accept", IMAGE)

    (path,) = Path(os.environ["XDG_STATE_HOME"], "imgshare", "key-projects").glob("*.json")
    assert {"id": MEMBER, "name": "eu-de"} == json.loads(path.read_text())
    assert (0o600, False) == (stat.S_IMODE(path.stat().st_mode), KEY in path.name)

    keys.requests.clear()
    keys.projects = {OTHER_PROJECT: "eu-nl"}
    monkeypatch.setenv("OS_REGION_NAME", "eu-nl")
    assert OTHER_PROJECT == imgshare("accept", IMAGE, "--json").json()["member_id"]
    assert "GET /v3/projects?name=eu-nl" == keys.targets[0]


@pytest.mark.parametrize(
    "content", ["", "no JSON", '{"id": "a\\nX-Auth-Token: b", "name": "eu-de"}', '{"id": 1}', "[]"]
)
def test_a_kept_project_that_is_none(
    imgshare: RunImgshare, keys: KeyCloud, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    """What the file holds besides a project is not used: it is asked for again."""
    keys.enter(monkeypatch)
    imgshare("accept", IMAGE)
    (path,) = Path(os.environ["XDG_STATE_HOME"], "imgshare", "key-projects").glob("*.json")
    path.write_text(content)
    keys.requests.clear()

    assert 0 == imgshare("accept", IMAGE).code
    assert [LOOKUP, DECISION] == keys.targets


def test_a_named_project(imgshare: RunImgshare, keys: KeyCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked about a project that --project or IMGSHARE_PROJECT_ID names."""
    keys.enter(monkeypatch, IMGSHARE_PROJECT_ID=MEMBER)
    keys.projects[OTHER_PROJECT] = "eu-de_test"

    assert 0 == imgshare("accept", IMAGE).code
    assert 0 == imgshare("accept", IMAGE, "--project", OTHER_PROJECT).code
    assert [MEMBER, OTHER_PROJECT] == [request.project_id for request in keys.requests]
    assert [DECISION, f"PUT /v2/images/{IMAGE}/members/{OTHER_PROJECT}"] == keys.targets


@pytest.mark.parametrize(
    ("projects", "failure", "hint"),
    [
        (
            {MEMBER: "eu-nl"},
            "the access key's user has no project named 'eu-de'",
            "name the project: --project ID, or IMGSHARE_PROJECT_ID",
        ),
        (
            {MEMBER: "eu-de", OTHER_PROJECT: "eu-de"},
            f"2 projects are named 'eu-de': {MEMBER}, {OTHER_PROJECT}",
            "--project ID chooses one",
        ),
    ],
)
def test_no_single_project(  # noqa: PLR0913, PLR0917
    imgshare: RunImgshare,
    keys: KeyCloud,
    monkeypatch: pytest.MonkeyPatch,
    projects: dict[str, str],
    failure: str,
    hint: str,
) -> None:
    """Where the region has no project, or several, that is the error, and the option that names one."""
    keys.enter(monkeypatch)
    keys.projects = projects

    assert Run(3, "", f"imgshare: {failure}\nhint: {hint}\n") == imgshare("accept", IMAGE)


def test_a_temporary_key(imgshare: RunImgshare, keys: KeyCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary key comes with its security token, which is signed; without it, the hint says what expires."""
    keys.enter(monkeypatch, IMGSHARE_SECURITY_TOKEN=SECURITY_TOKEN)
    keys.security_token = SECURITY_TOKEN

    assert 0 == imgshare("accept", IMAGE).code

    keys.security_token = "another"
    run = imgshare("accept", IMAGE)
    assert (4, True) == (run.code, run.err.count("was rejected") == 1), run
    assert "hint: a temporary key expires within a day: get a new key, secret and security token\n" in run.err


def test_the_other_form(imgshare: RunImgshare, keys: KeyCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cloud that takes the form `Credential=` alone gets it by a setting, which the error of the other one names."""
    keys.enter(monkeypatch)
    keys.form = "Credential"

    assert Run(
        4,
        "",
        'imgshare: cannot ask the identity service: the access key from IMGSHARE_ACCESS_KEY was rejected: "Incorrect '
        'IAM authentication information: authorization header format error (APIGW.0301)"\n'
        "hint: the key may be inactive, deleted or mistyped: check IMGSHARE_ACCESS_KEY and IMGSHARE_SECRET_KEY; if "
        "both are right, the service may expect the other form of signatures: "
        "`imgshare config set signature_format credential`\n"
        "request ID: 0c0ffee0\n",
    ) == imgshare("accept", IMAGE)
    write_config('[profiles.default]\nsignature_format = "credential"\n')
    assert 0 == imgshare("accept", IMAGE).code
    assert {"Credential"} == {request.form for request in keys.requests}


def test_each_try_is_signed(imgshare: RunImgshare, keys: KeyCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that is sent again is signed again, since a signature expires while a service is busy."""
    keys.enter(monkeypatch, IMGSHARE_PROJECT_ID=MEMBER)
    keys.busy = 1

    assert 0 == imgshare("accept", IMAGE).code
    assert 2 == len(set(keys.signatures))


def test_odd_names(imgshare: RunImgshare, keys: KeyCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is encoded in a path or a query is signed as the service decodes it."""
    keys.enter(monkeypatch, IMGSHARE_PROJECT_ID=MEMBER)

    for name in ("[red] \u4e2d\u6587 a+b&c=d/e%2F;\u00e9~", "*'()!", "%"):
        assert 6 == imgshare("accept", name).code
    assert 0 == keys.rejected
    names = {part for target in keys.targets for part in re.split("[?&]", target) if part.startswith("name=")}
    # A space is not `+`, which not every gateway takes for one.
    assert {"name=%5Bred%5D%20%E4%B8%AD%E6%96%87%20a%2Bb%26c%3Dd%2Fe%252F%3B%C3%A9~", "name=%2A%27%28%29%21"} < names


@pytest.mark.parametrize(
    ("missing", "there"),
    [("IMGSHARE_SECRET_KEY", "IMGSHARE_ACCESS_KEY"), ("IMGSHARE_ACCESS_KEY", "IMGSHARE_SECRET_KEY")],
)
def test_half_a_key(
    imgshare: RunImgshare, keys: KeyCloud, monkeypatch: pytest.MonkeyPatch, missing: str, there: str
) -> None:
    """A key without its secret, or a secret without its key, is an error that names the missing variable."""
    keys.enter(monkeypatch, **{missing: ""})

    assert Run(
        4,
        "",
        f"imgshare: {there} is set, but {missing} is not\nhint: set {missing} as well, or unset {there}\n",
    ) == imgshare("accept", IMAGE)
    assert [] == keys.requests
