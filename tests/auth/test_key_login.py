"""`imgshare login --access-key`, and what `status` and `logout` say about it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import IMAGE, MEMBER, build_member
from tests.support.key_cloud import KEY, OTHER_PROJECT, SECRET, KeyCloud
from tests.support.run import Run, run_tool
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

IN_FILES = '[profiles.default]\ntoken_store = "file"\n'


@pytest.fixture
def keys() -> Iterator[KeyCloud]:
    """A cloud that takes signed requests."""
    with KeyCloud() as cloud:
        yield cloud


@pytest.fixture
def config() -> Path:
    """The config file, by which secrets are stored in files."""
    folder = Path(os.environ["XDG_CONFIG_HOME"], "imgshare")
    folder.mkdir()
    path = folder / "config.toml"
    path.write_text(IN_FILES)
    return path


def log_in(keys: KeyCloud, *options: str, secret: str = SECRET) -> Run:
    """Log in with the key of a cloud."""
    where = ("--endpoint", keys.endpoint, "--auth-url", f"{keys.endpoint}/v3")
    return run_tool("login", "--access-key", KEY, "--region", "eu-de", *where, *options, stdin=f"{secret}\n".encode())


def test_log_in_and_use_it(imgshare: RunImgshare, keys: KeyCloud, config: Path) -> None:
    """The secret is read, checked with one signed request, kept, and used by the next run without another question."""
    store = f"{os.environ['XDG_STATE_HOME']}/imgshare/tokens/default"
    assert Run(
        0,
        "",
        f"logged in with access key {KEY} in project eu-de ({MEMBER})\n"
        f"stored an access key for {keys.endpoint} in {store}, profile 'default'\n",
    ) == log_in(keys)
    assert ["GET /v3/projects?name=eu-de", "GET /v2/schemas/member"] == keys.targets
    region = f'region = "eu-de"\nendpoint = "{keys.endpoint}"\nservice = "ims"\n'
    assert IN_FILES + region == config.read_text()
    assert 0o600 == Path(store).stat().st_mode & 0o777

    keys.requests.clear()
    assert build_member() == imgshare("accept", IMAGE, MEMBER, "--json").json()
    assert [f"PUT /v2/images/{IMAGE}/members/{MEMBER}"] == keys.targets

    status = imgshare("status", "--json").json()
    assert isinstance(status.pop("latency_ms"), int)
    assert {
        "profile": "default",
        "cloud": None,
        "user": None,
        "project_name": "eu-de",
        "project_id": MEMBER,
        "roles": [],
        "endpoint": keys.endpoint,
        "service_kind": "ims",
        "credentials": f"access key {KEY}",
        "token_source": f"{store}, profile 'default'",
        "expires_at": None,
        "service": "ok",
    } == status

    keys.requests.clear()
    assert Run(
        0,
        "",
        "removed the access key of profile 'default'\n"
        f"note: access key {KEY} stays valid until it is deleted in the cloud's console\n",
    ) == imgshare("logout")
    assert ([], False) == (keys.requests, Path(store).exists())
    assert Run(0, "", "no token is stored for profile 'default'\n") == imgshare("logout")


def test_no_keyring(keys: KeyCloud, config: Path) -> None:
    """Where there is no keyring, the hint and the question speak of the key, and the variables are its own."""
    config.unlink()
    words = ["login", "--access-key", KEY, "--endpoint", keys.endpoint, "--project", MEMBER]
    none = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}

    assert Run(
        4,
        "",
        "imgshare: no usable keyring found (backend keyring.backends.fail)\n"
        "hint: run `imgshare config set token_store file` to store tokens in a file that only you can read, or set "
        "IMGSHARE_ACCESS_KEY and IMGSHARE_SECRET_KEY\n",
    ) == run_tool(*words, stdin=SECRET.encode(), environ=none)
    lines = run_at_terminal(200, *words, answer="n\r", **none).lines
    assert (
        "There is no keyring to store the secret key in. It can be stored in a file that only you can read (mode 600):"
        == lines[0]
    )
    assert [
        "imgshare: you answered no, so nothing was stored and you are not logged in",
        "hint: `imgshare login` asks again; IMGSHARE_ACCESS_KEY and IMGSHARE_SECRET_KEY need no store",
    ] == lines[-2:]


@pytest.mark.usefixtures("keyring")
def test_the_keyring(keys: KeyCloud) -> None:
    """The secret is in the keyring, and nowhere else."""
    assert 0 == log_in(keys).code
    assert 0 == run_tool("accept", IMAGE).code
    written = [
        path for path in Path(os.environ["HOME"]).parent.rglob("*") if path.is_file() and "keyring" not in str(path)
    ]
    assert [] == [path for path in written if SECRET.encode() in path.read_bytes()]


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize("project", [OTHER_PROJECT, "eu-de_test"])
def test_a_named_project(imgshare: RunImgshare, keys: KeyCloud, project: str) -> None:
    """--project takes an ID, about which nothing is asked, or a name; --project of a later run is signed as well."""
    keys.projects[OTHER_PROJECT] = "eu-de_test"

    assert 0 == log_in(keys, "--project", project).code
    lookups = [] if project == OTHER_PROJECT else ["GET /v3/projects?name=eu-de_test"]
    assert [*lookups, "GET /v2/schemas/member"] == keys.targets
    assert 0 == imgshare("accept", IMAGE).code
    assert 0 == imgshare("accept", IMAGE, "--project", MEMBER).code
    assert [OTHER_PROJECT, MEMBER] == [request.project_id for request in keys.requests][-2:]


@pytest.mark.usefixtures("config")
def test_a_project_of_an_earlier_login(imgshare: RunImgshare, keys: KeyCloud) -> None:
    """The project that the profile has of an earlier login goes when another one is logged in to."""
    keys.projects[OTHER_PROJECT] = "eu-de_test"
    assert 0 == imgshare("config", "set", "project_id", MEMBER).code

    assert 0 == log_in(keys, "--project", OTHER_PROJECT).code
    assert 0 == imgshare("accept", IMAGE).code
    assert OTHER_PROJECT == keys.requests[-1].project_id


@pytest.mark.usefixtures("config")
def test_another_endpoint(imgshare: RunImgshare, keys: KeyCloud) -> None:
    """A stored key is used for the service that it was logged in to, and for no other."""
    assert 0 == log_in(keys).code
    keys.requests.clear()

    assert Run(
        4,
        "",
        f"imgshare: the access key of profile 'default' is for {keys.endpoint}, not https://ims.example\n"
        f"hint: run `imgshare login --profile default --access-key {KEY} --endpoint https://ims.example`, or set "
        "IMGSHARE_ACCESS_KEY and IMGSHARE_SECRET_KEY\n",
    ) == imgshare("accept", IMAGE, "--endpoint", "https://ims.example")
    assert [] == keys.requests


@pytest.mark.usefixtures("config")
def test_a_wrong_secret(keys: KeyCloud, config: Path) -> None:
    """A secret that the cloud rejects is not stored, and is in no message."""
    run = log_in(keys, secret="another-secret-that-nobody-may-see")

    assert (4, "", 0) == (run.code, run.out, run.err.count("another-secret"))
    assert run.err.startswith(
        'imgshare: cannot ask the identity service: the access key from your input was rejected: "Incorrect IAM '
        "authentication information: verify aksk signature fail,canonicalRequest:GET|/v3/projects/|name=eu-de|host:"
    )
    where = f"--auth-url {keys.endpoint}/v3 --endpoint {keys.endpoint}"
    assert run.err.endswith(
        f"hint: the secret does not belong to the key: `imgshare login --access-key {KEY} --region eu-de {where}` asks "
        "for it again; if both are right, the service may expect the other form of signatures: `imgshare config set "
        "signature_format credential`\nrequest ID: 0c0ffee0\n"
    )
    assert IN_FILES == config.read_text()
    assert not Path(os.environ["XDG_STATE_HOME"], "imgshare", "tokens", "default").exists()


@pytest.mark.usefixtures("config")
def test_another_profile(imgshare: RunImgshare, keys: KeyCloud) -> None:
    """The commands of a rejected key are for its profile."""
    assert 0 == imgshare("config", "set", "token_store", "file", "--profile", "otc").code
    assert 0 == log_in(keys, "--profile", "otc").code
    keys.secrets[KEY] = "another"

    error = imgshare("accept", IMAGE, "--profile", "otc", "--json").error()

    where = f"--auth-url {keys.endpoint}/v3 --endpoint {keys.endpoint}"
    assert (
        "the secret does not belong to the key: "
        f"`imgshare login --profile otc --access-key {KEY} --region eu-de {where}` asks for it again; "
        "if both are right, the service may expect the other form of signatures: "
        "`imgshare config set signature_format credential --profile otc`"
    ) == error["hint"]


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize(
    ("options", "failure", "hint"),
    [
        (["--access-key", KEY], "--region is missing", "add --region NAME (such as eu-de), or --endpoint URL"),
        (
            ["--access-key", "a b", "--region", "eu-de"],
            "--access-key is not the ID of an access key",
            "its secret is asked for, and not shown",
        ),
        (
            ["--region", "eu-de"],
            "--region needs --access-key",
            "for other logins set OS_REGION_NAME, or region in clouds.yaml",
        ),
        (
            ["--access-key", KEY, "--username", "me"],
            "--access-key and --username cannot be used together",
            "an access key belongs to one user: omit one of the two",
        ),
        (
            ["--access-key", KEY, "--cloud", "prod"],
            "--cloud and --access-key cannot be used together",
            "--cloud takes the address and the user from clouds.yaml: omit one of the two",
        ),
    ],
)
def test_options_that_do_not_fit(options: list[str], failure: str, hint: str) -> None:
    """Options that contradict each other are refused before the secret is read."""
    assert Run(2, "", f"imgshare: {failure}\nhint: {hint}\n") == run_tool("login", *options, stdin=SECRET.encode())


@pytest.mark.usefixtures("config")
def test_an_unknown_region() -> None:
    """A region whose hosts are not known needs their addresses; the error lists those that are known."""
    run = run_tool("login", "--access-key", KEY, "--region", "eu-west-0", stdin=SECRET.encode())

    assert (3, "") == run[:2]
    assert run.err.startswith(
        "imgshare: region 'eu-west-0' is not known\n"
        "hint: for other regions pass --endpoint URL, and --auth-url URL to login; the known ones are ae-ad-1, "
    )
    assert "eu-ch2, eu-de, eu-nl," in run.err


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize("secret", ["", "two words", "two\nlines", "h\u00e4"])
def test_a_secret_that_is_none(keys: KeyCloud, secret: str) -> None:
    """What cannot be a secret key is not sent, and not quoted."""
    run = log_in(keys, secret=secret)

    assert (4, "", []) == (run.code, run.out, keys.requests)
    assert not secret or secret not in run.err
