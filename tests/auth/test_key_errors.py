"""What a user of access keys is told when a signed request is rejected; and that no secret is shown."""

from __future__ import annotations

import json
import traceback
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from imgshare_cli.api.credential import Credential
from imgshare_cli.config.access_key import AccessKey
from tests.support.fake_service import IMAGE, MEMBER, build_member, build_response
from tests.support.key_cloud import KEY, SECRET, SECURITY_TOKEN, KeyCloud
from tests.support.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

OWN = {
    "IMGSHARE_ACCESS_KEY": KEY,
    "IMGSHARE_SECRET_KEY": SECRET,
    "IMGSHARE_SECURITY_TOKEN": SECURITY_TOKEN,
    "IMGSHARE_PROJECT_ID": MEMBER,
}


@pytest.fixture
def keys() -> Iterator[KeyCloud]:
    """A cloud that takes signed requests."""
    with KeyCloud() as cloud:
        yield cloud


@pytest.mark.parametrize(
    ("seconds", "off"),
    [
        (-1200, "20 minutes ahead of"),
        (1200, "20 minutes behind"),
        (7260, "2 hours behind"),
        (-86400 * 400, "400 days ahead of"),
    ],
)
def test_a_clock_that_is_off(
    imgshare: RunImgshare, keys: KeyCloud, monkeypatch: pytest.MonkeyPatch, seconds: float, off: str
) -> None:
    """A signature that is rejected for its time names this machine's clock, and by how much it is off."""
    keys.enter(monkeypatch, IMGSHARE_PROJECT_ID=MEMBER)
    keys.clock = seconds

    assert Run(
        4,
        "",
        f"imgshare: cannot accept image {IMAGE} for project {MEMBER}: this machine's clock is {off} that of the "
        'service, which rejects the signature: "Incorrect IAM authentication information: signature expired '
        '(APIGW.0301)"\n'
        "hint: correct the clock (such as with 'timedatectl set-ntp true'), and run the same command again\n"
        "request ID: 0c0ffee0\n",
    ) == imgshare("accept", IMAGE)
    error = imgshare("accept", IMAGE, "--json").error()
    assert ("auth", "clock", 401) == (error["code"], error["reason"], error["http_status"])
    assert [] == keys.requests


@pytest.mark.parametrize(
    ("status", "code", "otherwise"),
    [
        (401, "APIGW.0301", ("auth", "token")),
        (401, None, ("auth", "token")),
        (403, "APIGW.0301", ("auth", "token")),
        (403, None, ("forbidden", None)),
    ],
)
@pytest.mark.parametrize(("seconds", "is_clock"), [(290, False), (320, True), (-290, False), (-320, True)])
def test_how_far_a_clock_may_be_off(  # noqa: PLR0913, PLR0917
    imgshare: RunImgshare,
    serve: StartService,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: str | None,
    otherwise: tuple[str, str | None],
    seconds: float,
    *,
    is_clock: bool,
) -> None:
    """Up to five minutes are not the cause."""
    error = _share_with_clock(imgshare, serve, monkeypatch, seconds, (status, code))

    assert (("auth", "clock") if is_clock else otherwise) == (error["code"], error["reason"])


@pytest.mark.parametrize(("code", "reason"), [("IMG.0026", "role"), ("APIGW.0302", "role"), ("IMG.0047", "not_owner")])
def test_a_permission_that_is_missing_while_the_clock_is_off(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch, code: str, reason: str
) -> None:
    """Who is told what the key may not do has signed in time."""
    error = _share_with_clock(imgshare, serve, monkeypatch, 600, (403, code))

    assert ("forbidden", reason) == (error["code"], error["reason"])


def _share_with_clock(
    imgshare: RunImgshare,
    serve: StartService,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    refusal: tuple[int, str | None],
) -> dict[str, object]:
    """Share an image of a service that refuses, and whose clock is ahead; return the error."""
    date = format_datetime(datetime.fromtimestamp(datetime.now(UTC).timestamp() + seconds, UTC), usegmt=True)
    status, code = refusal
    serve(build_response(status, {"error": {"message": "no"} | ({"code": code} if code else {})}, Date=date))
    monkeypatch.delenv("IMGSHARE_TOKEN")
    for name, value in OWN.items():
        monkeypatch.setenv(name, value)

    return imgshare("share", IMAGE, MEMBER, "--json").error()


@pytest.mark.parametrize("options", [[], ["--json"], ["--debug"]], ids=["plain", "json", "debug"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500])
@pytest.mark.parametrize("secret", [SECRET, SECURITY_TOKEN])
def test_a_service_that_repeats_a_secret(  # noqa: PLR0913, PLR0917
    imgshare: RunImgshare,
    serve: StartService,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    status: int,
    secret: str,
) -> None:
    """Neither the secret key nor the security token is in what is shown, whoever repeats it."""
    echo = f"canonicalRequest:GET|/v2/||host:h|x-security-token:{secret}||host;x-security-token|{'0' * 64}"
    serve(build_response(status, {"error_msg": echo, "error_code": "APIGW.0301"}))
    monkeypatch.delenv("IMGSHARE_TOKEN")
    monkeypatch.setenv("IMGSHARE_TIMEOUT", "0.2")
    for name, value in OWN.items():
        monkeypatch.setenv(name, value)

    run = imgshare("accept", IMAGE, *options)

    said = run.err if "--json" not in options else "".join(map(str, json.loads(run.err)["error"].values()))
    assert (False, False) == (secret[:12] in said, secret[-12:] in said), run


def test_debug(imgshare: RunImgshare, keys: KeyCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """--debug names the key, and shows neither its secret nor a signature."""
    keys.enter(monkeypatch, IMGSHARE_SECURITY_TOKEN=SECURITY_TOKEN)
    keys.security_token = SECURITY_TOKEN

    run = imgshare("accept", IMAGE, "--debug")

    assert (0, True) == (run.code, f"debug: access key {KEY} from IMGSHARE_ACCESS_KEY\n" in run.err)
    assert [] == [text for text in (SECRET, SECURITY_TOKEN, "Signature=") if text in run.err]


def _fail(*values: object) -> None:
    raise ValueError(values)


def test_what_objects_show() -> None:
    """No `repr` has a secret, and nor has a traceback with local variables."""
    key = AccessKey(KEY, SECRET, "a test", security_token=SECURITY_TOKEN)
    credential = Credential(SECRET, "a test", access_key_id=KEY, security_token=SECURITY_TOKEN)

    with pytest.raises(ValueError, match=KEY) as caught:
        _fail(key, credential)
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())

    assert KEY in shown
    assert [] == [text for text in (SECRET, SECURITY_TOKEN) if text in shown]


@pytest.mark.parametrize(
    "other",
    [
        {"access_key_id": "a\r\nX-Auth-Token: b"},
        {"access_key_id": "a, Signature=b"},
        {"access_key_id": ""},
        {"access_key_id": 1},
        {"secret": "two\nlines"},
        {"project_id": "a\r\nHost: b"},
        {"security_token": "a\nb"},
        {"security_token": ["a"]},
        {"signature_format": "none"},
    ],
)
def test_a_stored_key_that_is_none(other: dict[str, object]) -> None:
    """What would change a request is no stored credential, whatever the file holds."""
    stored = {"access_key_id": KEY, "secret": SECRET, "project_id": MEMBER, **other}

    with pytest.raises(ValueError, match="not a credential"):
        Credential.from_json(stored, "a test")


def test_a_stored_key() -> None:
    """What was stored is read again."""
    credential = Credential(
        SECRET, "a test", header=None, access_key_id=KEY, security_token=SECURITY_TOKEN, signature_format="credential"
    )

    assert credential == Credential.from_json(json.loads(json.dumps(credential.to_json())), "a test")


@pytest.mark.parametrize("secret", ["two words", "h\u00e4", "\x1b[31m"])
def test_a_secret_that_is_none(
    imgshare: RunImgshare, keys: KeyCloud, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    """A secret that cannot be one is not quoted."""
    keys.enter(monkeypatch, IMGSHARE_SECRET_KEY=secret)

    assert Run(
        4,
        "",
        "imgshare: the secret key of the access key from IMGSHARE_ACCESS_KEY contains characters that are not valid in "
        f"one ({len(secret)} characters in total)\nhint: copy it again, without spaces and line breaks\n",
    ) == imgshare("accept", IMAGE)
    assert [] == keys.requests


def test_a_success_says_nothing_of_the_clock(
    imgshare: RunImgshare, keys: KeyCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that the service puts up with is not our business."""
    keys.enter(monkeypatch, IMGSHARE_PROJECT_ID=MEMBER)
    keys.clock = 600

    assert Run(0, json.dumps(build_member()) + "\n", "") == imgshare("accept", IMAGE, "--json")
