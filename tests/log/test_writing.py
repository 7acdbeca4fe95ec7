"""What a decision leaves in the log, and what happens where it cannot."""

from __future__ import annotations

import os
import re
import resource
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.decision_log import KEYS, find_log, read_lines, read_log
from tests.support.fake_cloud import write_config
from tests.support.fake_service import IMAGE, MEMBER, REQUEST_ID, TOKEN, build_member, build_response
from tests.support.run import TOOL, Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare
    from tests.support.small_inbox import SmallInbox

NOBODY = 65534


@pytest.mark.parametrize(
    ("command", "status"), [("accept", "accepted"), ("reject", "rejected"), ("reset", "pending")], ids=str
)
def test_a_decision_is_a_line(imgshare: RunImgshare, serve: StartService, command: str, status: str) -> None:
    """It has what is known without another request, in a file of the month that its owner alone can read."""
    service = serve(build_response(200, build_member(status)))

    assert 0 == imgshare(command, IMAGE, MEMBER, "--project", MEMBER).code

    [line] = read_lines()
    known = {
        "time": line["time"],
        "endpoint": service.endpoint,
        "project_id": MEMBER,
        "image_id": IMAGE,
        "member_id": MEMBER,
        "new_status": status,
        "command": command,
        "request_id": REQUEST_ID,
    }
    assert dict.fromkeys(KEYS) | known == line
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    [path] = find_log().iterdir()
    assert (f"{line['time'][:7]}.jsonl", 0o600, 0o700) == (
        path.name,
        stat.S_IMODE(path.stat().st_mode),
        stat.S_IMODE(find_log().stat().st_mode),
    )
    assert 1 == len(service.requests)


def test_a_name_tells_more(imgshare: RunImgshare, inbox: SmallInbox) -> None:
    """Where the image was looked up, its name and owner are in the line; Glance names the request."""
    image = inbox.offer("logged")

    assert 0 == imgshare("accept", "logged").code
    assert 0 == imgshare("reject", image).code

    project = inbox.member.project_id
    by_name, by_id = read_log()
    assert by_name.pop("request_id").startswith("req-")
    assert by_id.pop("request_id").startswith("req-")
    common = {"endpoint": inbox.backend.endpoint, "project_id": project, "image_id": image, "member_id": project}
    known = {"name": "logged", "owner": inbox.one.project_id}
    assert {**common, **known, "new_status": "accepted", "command": "accept"} == by_name
    assert {**common, "new_status": "rejected", "command": "reject"} == by_id


@pytest.mark.parametrize(
    ("shown", "logged"),
    [
        ({}, {"name": "golden"}),
        ({"os_hash_algo": "SHA512", "os_hash_value": "AB" * 64}, {"name": "golden", "hash": f"sha512:{'ab' * 64}"}),
        ({"name": "[red]\u202e\n\x1b[2J 数据库"}, {"name": "[red]\u202e\n\x1b[2J 数据库"}),
        ({"name": f"of {TOKEN}"}, {"name": "of (hidden)"}),
        ({"name": "x" * 256}, {}),
        ({"os_hash_algo": "sha512", "os_hash_value": f"ab{TOKEN}"}, {"name": "golden"}),
        ({"os_hash_algo": "sha512", "os_hash_value": "ab" * 65}, {"name": "golden"}),
    ],
    ids=["plain", "hash", "control characters", "token", "long name", "token as hash", "long hash"],
)
def test_what_is_kept_of_an_image(
    imgshare: RunImgshare, serve: StartService, shown: dict[str, str], logged: dict[str, str]
) -> None:
    """Its name, owner and hash, as far as they can be true and in one line; a secret that a service repeats is not."""
    image = {"id": IMAGE, "name": "golden", "owner": MEMBER, "visibility": "shared", **shown}
    serve(build_response(200, image), build_response(200, build_member()))

    assert 0 == imgshare("accept", IMAGE, MEMBER, "--owner", MEMBER).code

    [line] = read_log()
    assert {"owner": MEMBER, **logged} == {key: line[key] for key in ("name", "owner", "hash") if key in line}


def test_what_changed_nothing(imgshare: RunImgshare, serve: StartService) -> None:
    """A share that had its status long before the service answered was not decided now."""
    serve(build_response(200, build_member(), Date="Thu, 01 Sep 2016 03:00:00 GMT"))

    assert 0 == imgshare("accept", IMAGE, MEMBER).code

    assert [] == read_log()


def test_a_refusal(imgshare: RunImgshare, serve: StartService) -> None:
    """A decision that the service refuses is none."""
    serve(build_response(403, {}))

    assert 5 == imgshare("accept", IMAGE, MEMBER).code

    assert [] == read_log()


@pytest.mark.parametrize("where", ["config", "environment"])
def test_off(imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """`off` in the config file or in the environment keeps nothing."""
    serve(build_response(200, build_member()))
    if where == "config":
        assert Run(0) == imgshare("config", "set", "decision_log", "off")
        assert Run(0, "decision_log=off\n") == imgshare("config", "list")
    else:
        monkeypatch.setenv("IMGSHARE_DECISION_LOG", "off")

    assert 0 == imgshare("accept", IMAGE, MEMBER).code

    assert not find_log().exists()


def test_another_folder(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`decision_log` names a folder, which is made, and IMGSHARE_DECISION_LOG wins over it."""
    serve(build_response(200, build_member()))
    assert Run(0) == imgshare("config", "set", "decision_log", "~/of the config")

    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    monkeypatch.setenv("IMGSHARE_DECISION_LOG", str(tmp_path / "of/the environment"))
    serve(build_response(200, build_member("rejected")))
    assert 0 == imgshare("reject", IMAGE, MEMBER).code

    assert ["accept"] == [line["command"] for line in read_log(Path(os.environ["HOME"], "of the config"))]
    assert ["reject"] == [line["command"] for line in read_log(tmp_path / "of/the environment")]
    assert not find_log().exists()


@pytest.mark.parametrize("text", ["log", "./log", "", "[1]"])
def test_a_path_that_is_none(imgshare: RunImgshare, text: str) -> None:
    """The config file takes a full path: another one would be another folder in each folder."""
    value = "1" if text == "[1]" else f'"{text}"'
    path = write_config(f"decision_log = {value}\n")

    run = imgshare("show", IMAGE)

    what = "a string" if text == "[1]" else "'off' or the full path of a folder"
    hint = "`imgshare config unset decision_log` removes it"
    assert Run(3, "", f"imgshare: decision_log in {path} must be {what}\nhint: {hint}\n") == run
    assert 2 == imgshare("config", "set", "decision_log", text).code


def test_a_path_in_the_environment_that_is_none(
    imgshare: RunImgshare, serve: StartService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is found out after the decision, which it does not fail."""
    serve(build_response(200, build_member()))
    monkeypatch.setenv("IMGSHARE_DECISION_LOG", "here")

    note = "note: the decision is not in the log: IMGSHARE_DECISION_LOG is not the full path of a folder\n"
    assert (0, note) == imgshare("accept", IMAGE, MEMBER)[::2]
    assert (3, "") == imgshare("log")[:2]


def _find_file(imgshare: RunImgshare) -> Path:
    """The file of this month, which is away."""
    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    [path] = find_log().iterdir()
    path.unlink()
    return path


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path, other: path.symlink_to(other), "the file of this month is a link"),
        (lambda path, _: os.mkfifo(path), "the file of this month is not a regular file with one name"),
        (lambda path, _: path.mkdir(), "is a directory"),
        (lambda path, other: path.hardlink_to(other), "the file of this month is not a regular file with one name"),
        (lambda path, _: (path.parent.rmdir(), path.parent.write_text("")), "not a directory"),
    ],
    ids=["link", "FIFO", "folder", "second name", "no folder"],
)
def test_a_file_that_is_none(
    imgshare: RunImgshare, serve: StartService, tmp_path: Path, make: Callable[[Path, Path], object], reason: str
) -> None:
    """Nothing is written through it, and the decision is made; a note says so."""
    serve(build_response(200, build_member()))
    path, other = _find_file(imgshare), tmp_path / "other"
    other.write_text("mine")
    make(path, other)

    run = imgshare("accept", IMAGE, MEMBER, "--json")

    note = f"note: the decision is not in the log, because {find_log()} cannot be written: {reason}\n"
    assert (0, build_member(), note) == (run.code, run._replace(err="").json(), run.err)
    assert "mine" == other.read_text()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_belongs_to_somebody_else(imgshare: RunImgshare, serve: StartService, what: str) -> None:
    """Another user could replace the log, or read it: that is a note, and nothing is written."""
    serve(build_response(200, build_member()))
    path = _find_file(imgshare)
    path.touch()
    os.chown(path if what == "file" else path.parent, NOBODY, NOBODY)

    run = imgshare("accept", IMAGE, MEMBER)

    note = f"note: the decision is not in the log, because {find_log()} cannot be written: it belongs to another user\n"
    assert (0, note) == (run.code, run.err)
    assert "" == path.read_text()


def test_a_full_disk(imgshare: RunImgshare, serve: StartService) -> None:
    """A line that is cut is a note; the next one begins on a line of its own, and is read."""
    serve(build_response(200, build_member()))
    assert 0 == imgshare("accept", IMAGE, MEMBER).code
    [path] = find_log().iterdir()
    whole = path.read_text()
    size = len(whole) + 10
    argv = [TOOL, "accept", IMAGE, MEMBER, "--json"]

    done = subprocess.run(
        argv,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    assert 0 == imgshare("accept", IMAGE, MEMBER).code

    note = f"note: the decision is not in the log, because {find_log()} cannot be written: no space left on device\n"
    assert (0, note) == (done.returncode, done.stderr)
    first, cut, last = path.read_text().splitlines(keepends=True)
    assert (whole, whole[:10] + "\n") == (first, cut)
    run = imgshare("log", "--json")
    assert (0, first + last) == run[:2]
    assert f"note: in {path}, 1 line is not a decision and is left out\n" == run.err
