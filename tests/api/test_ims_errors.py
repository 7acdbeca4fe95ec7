"""What the error codes of Huawei-style clouds become: an exit code, a reason, and a hint a person can act on."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from imgshare_cli.api.authentication import TokenAuth
from imgshare_cli.api.connections import Connections
from imgshare_cli.api.credential import Credential
from imgshare_cli.api.ims_errors import KNOWN_CODES
from imgshare_cli.api.pace import Pace
from imgshare_cli.api.response import REJECTED_TOKEN_CODES
from imgshare_cli.config.settings import Settings
from imgshare_cli.errors import Reason
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_member, build_response
from tests.support.ims_service import build_gateway_error, build_ims_error, build_ims_response
from tests.support.run import Run

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

SUBJECT = f"cannot accept image {IMAGE} for project {MEMBER}"
# Exit code and reason of each code; hints are checked for commands and words below.
MEANINGS: dict[str, tuple[int, str | None]] = {
    **dict.fromkeys(("IMG.0027", "IMG.0031", "IMG.0066", "IMG.0086", "IMG.0144"), (6, "not_found")),
    **dict.fromkeys(("IMG.0030", "IMG.0067", "IMG.0145", "IMG.0104"), (7, "project")),
    **dict.fromkeys(("IMG.0108", "IMG.0177", "APIGW.0801"), (7, "region")),
    **dict.fromkeys(("IMG.0026", "IMG.0161", "APIGW.0302", "APIGW.0304", "APIGW.0306", "APIGW.0802"), (5, "role")),
    **dict.fromkeys(("IMG.0047", "IMG.0106"), (5, "not_owner")),
    **dict.fromkeys(("IMG.0076", "IMG.0178"), (7, "own_project")),
    **dict.fromkeys(("IMG.0083", "IMG.0084"), (7, "visibility")),
    **dict.fromkeys(("IMG.0089", "IMG.0098", "IMG.0135"), (7, "not_shareable")),
    **dict.fromkeys(("IMG.0105", "IMG.0028"), (7, None)),
    "IMG.0046": (7, "image_unavailable"),
    "IMG.0196": (7, "not_accepted"),
    "IMG.0088": (7, "quota"),
    **dict.fromkeys(("IMG.0182", "IMG.0185", "BackupService.6114"), (7, "vault_capacity")),
    **dict.fromkeys(("IMG.0183", "IMG.0184", "IMG.0188", "IMG.0189", "IMG.0193"), (7, "vault")),
    **dict.fromkeys(("BackupService.6102", "BackupService.6112"), (7, "vault")),
    **dict.fromkeys(("IMG.0095", "IMG.0097", "IMG.0099", "IMG.0100", "IMG.0101", "IMG.0102"), (7, "key")),
    **dict.fromkeys(("IMG.0103", "IMG.0197"), (7, "key")),
    **dict.fromkeys(("IMG.0127", "IMG.0133", "IMG.0165"), (7, "backup")),
    **dict.fromkeys(("IMG.0238", "IMG.0239", "IMG.0241", "IMG.0242", "APIGW.0502"), (7, "billing")),
    **dict.fromkeys(("IMG.0087", "APIGW.0301", "APIGW.0303", "APIGW.0305", "APIGW.0307"), (4, "token")),
    "APIGW.0311": (4, "token"),
    **dict.fromkeys(("IMG.0060", "IMG.0187", "APIGW.0308"), (8, "rate_limit")),
    **dict.fromkeys(("IMG.0014", "IMG.0018", "IMG.0061", "IMG.0064", "IMG.0065"), (8, None)),
    **dict.fromkeys(("IMG.0112", "IMG.0113", "IMG.0114"), (8, None)),
    "APIGW.0101": (8, "no_such_api"),
}


def test_the_table_is_whole() -> None:
    """Every code that is known is tested here, and nothing else."""
    assert KNOWN_CODES.keys() | REJECTED_TOKEN_CODES == MEANINGS.keys()


@pytest.mark.parametrize("code", MEANINGS)
def test_what_a_code_means(imgshare: RunImgshare, serve: StartService, code: str) -> None:
    """The code decides, not the status: IMS answers 400 to most of what is wrong; the service's words are quoted."""
    status = {"IMG.0026": 403}.get(code, 400)
    # Further requests, which might tell more, fail.
    serve(build_ims_error(status, code, "What IMS says."), build_ims_response(500, {}))

    run = imgshare("accept", IMAGE, MEMBER, "--json", "--retries", "0")

    error = run.error()
    assert MEANINGS[code] == (run.code, error["reason"])
    assert status == error["http_status"]
    assert error["message"].startswith(f"{SUBJECT}: ")
    # What needs a vault leads to a look at the vaults.
    more = "; the vaults cannot be listed: the address of the backup service (CBR) is not known"
    assert error["message"].endswith(f': "What IMS says. ({code})"' + more * (error["reason"] == "vault"))
    assert error["hint"]
    assert "{" not in error["hint"]


def test_a_member_that_is_not_there(imgshare: RunImgshare, serve: StartService) -> None:
    """A code of a failure with 404 is no failure: trying again would not help."""
    serve(build_ims_error(404, "IMG.0114", "not found in the member list"), build_ims_response(500, {}))

    run = imgshare("accept", IMAGE, MEMBER, "--json", "--retries", "0")

    assert (6, "not_found", 404) == (run.code, run.error()["code"], run.error()["http_status"])


def test_how_an_error_is_shown(imgshare: RunImgshare, serve: StartService) -> None:
    """One sentence that names the thing, a hint with a command, and the ID of the request."""
    serve(build_ims_error(400, "IMG.0182", "Insufficient vault capacity."))

    assert Run(
        7,
        "",
        f"imgshare: {SUBJECT}: the backup vault has not enough room for the image: "
        '"Insufficient vault capacity. (IMG.0182)"\n'
        "hint: `imgshare vaults` shows the free space; enlarge the vault, or pass another one with --vault\n"
        "request ID: 0c0ffee0000040008000000000000000\n",
    ) == imgshare("accept", IMAGE, MEMBER)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "No.", "code": "IMG.0046"}}, "No. (IMG.0046)"),
        ({"error_msg": "No.", "error_code": "APIGW.0602", "request_id": "abc"}, "No. (APIGW.0602)"),
        ({"error_code": "IAM.0011", "error_msg": "No."}, "No. (IAM.0011)"),
        ({"errorCode": "PAP5.0011", "errorMsg": "No."}, "No. (PAP5.0011)"),
        ({"code": "IMG.0046", "message": "No."}, "No. (IMG.0046)"),
        ({"badRequest": {"code": 400, "message": "No."}}, "No."),
        ({"outer": {"inner": {"error_code": "IMG.0046", "error_msg": "No."}}}, "No. (IMG.0046)"),
        (
            {"error_code": "PAP5.0011", "error_msg": "No.", "encoded_authorization_message": "eyJhbGciOiJub25lIn0"},
            "No. (PAP5.0011)",
        ),
        ({"error_msg": "No. encoded_authorization_message: eyJhbGciOiJub25lIn0", "error_code": "IAM.1"}, "No. (IAM.1)"),
        ({"error": {"message": ["No."], "code": ["IMG.0046"]}}, ""),
        ({"error": {"message": "\u001b[31mNo.\u202e [red]", "code": "IMG.\u001b[31m"}}, "\\u001b[31mNo.\\u202e [red]"),
        ({"error": {"message": "N" * 5000, "code": "IMG.0001"}}, "N" * 300 + "… (IMG.0001)"),
        ({"error": {"code": "IMG.0001"}}, "IMG.0001"),
        (b'{"error": {"message": "N\xf6.", "code": "IMG.0046"}}', "N\ufffd. (IMG.0046)"),
        ({"error": {"message": "No.", "code": "I" * 5000 + ".1"}}, "No."),
    ],
    ids=[
        *("IMS", "gateway", "IAM", "old IAM", "flat", "nested", "deep", "encoded", "encoded in words", "no texts"),
        *("hostile", "long", "no words", "not UTF-8", "long code"),
    ],
)
def test_the_shapes_of_errors(imgshare: RunImgshare, serve: StartService, body: object, words: str) -> None:
    """Whichever part of a Huawei-style cloud answers, its words and its code are read, clean and short."""
    serve(build_ims_response(400, body))

    run = imgshare("reject", IMAGE, MEMBER)

    assert 7 == run.code
    assert (f': "{words}"\n' if words else ": refused (400 Bad Request)\n") in run.err


@pytest.mark.parametrize(
    "body",
    [
        "[" * 60_000,
        '{"error":' * 20_000 + "1" + "}" * 20_000,
        json.dumps({"error": {str(number): {"a": {"code": 1}} for number in range(3000)}}),
        b'{"error_code": "IMG.0060\xff"}',
        "",
        "null",
    ],
    ids=["brackets", "deep", "wide", "not UTF-8", "empty", "null"],
)
def test_hostile_bodies(imgshare: RunImgshare, serve: StartService, body: object) -> None:
    """A body that is made to be hard to read is not read, in no time."""
    serve(build_ims_response(400, body))
    started = time.monotonic()

    assert 7 == imgshare("accept", IMAGE, MEMBER).code
    assert time.monotonic() - started < 3


def test_the_request_id_of_a_gateway(imgshare: RunImgshare, serve: StartService) -> None:
    """A gateway writes the ID of a request into the body, where no header has it."""
    serve(build_gateway_error(403, "APIGW.0302", "No.", request_id="c4f1d8e2b7"))

    assert "c4f1d8e2b7" == imgshare("accept", IMAGE, MEMBER, "--json").error()["request_id"]


@pytest.mark.parametrize("request_id", ["\u001b[31m", "a b", "x" * 500, 5, None])
def test_a_request_id_that_is_none(imgshare: RunImgshare, serve: StartService, request_id: object) -> None:
    """What cannot be the ID of a request is not shown as one."""
    serve(build_gateway_error(403, "APIGW.0302", "No.", request_id=request_id))

    assert imgshare("accept", IMAGE, MEMBER, "--json").error()["request_id"] is None


def test_a_permission_that_a_policy_names(imgshare: RunImgshare, serve: StartService) -> None:
    """A refusal by IAM names the permission that is missing; so does the hint."""
    words = "Policy doesn't allow ims:images:share to be performed."
    serve(build_gateway_error(403, "PAP5.0001", words, request_id="r"))

    error = imgshare("accept", IMAGE, MEMBER, "--json").error()

    assert ("forbidden", "role") == (error["code"], error["reason"])
    assert (
        "ask the administrator of your account for the IAM permission ims:images:share in this project" == error["hint"]
    )


@pytest.mark.parametrize("code", ["IMG.0060", "IMG.0187", "APIGW.0308", "APIG.0308"])
@pytest.mark.parametrize("status", [400, 403, 429])
def test_flow_control_is_waited_for(imgshare: RunImgshare, serve: StartService, status: int, code: str) -> None:
    """A request that the flow control refuses is sent again, whatever the status says."""
    service = serve(build_ims_error(status, code, "Slow down."), build_ims_response(200, build_member()))

    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert ["PUT", "PUT"] == [request.method for request in service.requests]


@pytest.mark.parametrize("code", ["IMG.0060", "APIGW.0308", "IMG.0087", "APIGW.0301"])
def test_codes_that_are_none(imgshare: RunImgshare, serve: StartService, code: str) -> None:
    """A Glance that repeats a code, and a success that has one, neither slow a run down nor reject its token."""
    words = {"message": f"{code}: {{'error_code': '{code}'}}", "code": "409 Conflict", "title": code}
    service = serve(build_response(409, words))
    run = imgshare("reject", IMAGE, MEMBER, "--json")
    assert (7, None, 1) == (run.code, run.error()["reason"], len(service.requests))

    service = serve(build_response(200, {**build_member(), "error_code": code, "error": {"code": code}}))
    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert 1 == len(service.requests)


def test_flow_control_has_its_pause(imgshare: RunImgshare, serve: StartService) -> None:
    """Retry-After counts there as with 429."""
    service = serve(
        build_ims_error(400, "IMG.0060", "Slow down.", Retry_After="1"), build_ims_response(200, build_member())
    )
    started = time.monotonic()

    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    assert 1 <= time.monotonic() - started < 5
    assert 2 == len(service.requests)


def test_flow_control_slows_a_batch_down(serve: StartService) -> None:
    """The workers of a batch slow down for it as for 429."""
    service = serve(*[build_ims_error(400, "IMG.0060", "Slow down.")] * 4, build_ims_response(200, build_member()))
    connections = Connections(Settings("default", service.endpoint), {}, debug=lambda _text: None, hide_secret=print)
    pace = Pace()
    transport = connections.connect(service.endpoint, TokenAuth(Credential(TOKEN)), pace=pace)

    assert 200 == transport.send("GET", f"/v2/images/{IMAGE}").status
    assert pace.rate is not None
    connections.close()


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("code", ["IMG.0087", "APIGW.0301", "APIG.0307"])
def test_a_rejected_token(imgshare: RunImgshare, serve: StartService, status: int, code: str) -> None:
    """IMS says 400 to a token that is not valid; it is exit 4, with the way out."""
    serve(build_ims_error(status, code, "The token is incorrect."))

    error = imgshare("accept", IMAGE, MEMBER, "--json").error()

    assert ("auth", Reason.TOKEN) == (error["code"], error["reason"])
    assert (
        f'{SUBJECT}: the token from IMGSHARE_TOKEN was rejected: "The token is incorrect. ({code})"' == error["message"]
    )
    assert error["hint"].startswith("set IMGSHARE_TOKEN to a new token")


def test_a_token_that_is_renewed(serve: StartService) -> None:
    """Where another credential can be had, a code that rejects the token gets it as a 401 does."""
    service = serve(build_ims_error(400, "IMG.0087", "No."), build_ims_response(200, build_member()))
    connections = Connections(Settings("default", service.endpoint), {}, debug=lambda _text: None, hide_secret=print)
    auth = TokenAuth(Credential("old"), lambda _rejected: Credential("new"))

    assert 200 == connections.connect(service.endpoint, auth).send("GET", f"/v2/images/{IMAGE}").status
    assert ["old", "new"] == [request.headers["x-auth-token"] for request in service.requests]
    connections.close()
