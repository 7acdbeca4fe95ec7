"""`apply`: what the rules say is done, to images that are still what they were."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.changing_inbox import GOLDEN, WINDOWS, ChangingInbox
from tests.support.decision_log import read_log
from tests.support.fake_service import MEMBER
from tests.support.known_owners import get_owners_file, read_owners
from tests.support.rules import OTHER, write_rules
from tests.support.run import TOOL, Run, run_tool
from tests.support.scripted_images import OWNER, build_image
from tests.support.terminal import Terminal, run_at_terminal

if TYPE_CHECKING:
    from pathlib import Path

OTHER_HASH = {"os_hash_algo": "sha512", "os_hash_value": "cd" * 64}
ASKED = "1 image is left for you to decide about: `imgshare review` goes through what is pending"


def _read_outcomes(run: Run) -> dict[str, dict[str, Any]]:
    outcomes = [json.loads(line) for line in run.out.splitlines()]
    return {one["image_id"]: one for one in outcomes}


def _read_log() -> list[tuple[str, ...]]:
    rows = [json.loads(line) for line in run_tool("log", "--json").out.splitlines()]
    keys = ("image_id", "name", "owner", "old_status", "new_status", "command", "rule")
    return sorted(tuple(row[key] for key in keys) for row in rows)


def test_json(changing: ChangingInbox) -> None:
    """Each share has an outcome with its rule; what no rule matches, and what is to be asked about, is left alone."""
    run = run_tool("apply", "--yes", "--json")

    assert (0, "") == (run.code, run.err)
    assert {
        GOLDEN: {"image_id": GOLDEN, "member_id": MEMBER, "result": "done", "rule": "golden", "status": "accepted"},
        WINDOWS: {
            "image_id": WINDOWS,
            "member_id": MEMBER,
            "result": "done",
            "rule": "no windows",
            "status": "rejected",
        },
    } == _read_outcomes(run)
    assert [(GOLDEN, "accepted"), (WINDOWS, "rejected")] == sorted(changing.decisions)
    # The share and the image are looked at just before, and an accepted image once more.
    share, image = f"/v2/images/{GOLDEN}/members/{MEMBER}", f"/v2/images/{GOLDEN}"
    assert [("GET", share), ("GET", image), ("PUT", share), ("GET", image)] == changing.list_requests(GOLDEN)
    assert ["GET", "GET", "PUT"] == [method for method, _ in changing.list_requests(WINDOWS)]
    assert [
        (GOLDEN, "golden-debian-12", OWNER, "pending", "accepted", "apply", "golden"),
        (WINDOWS, "windows-10", OWNER, "pending", "rejected", "apply", "no windows"),
    ] == _read_log()
    assert [OWNER] == read_owners()


@pytest.mark.usefixtures("changing")
def test_a_pipe() -> None:
    """A pipe gets a line for each outcome; the summary and what is left are on stderr."""
    run = run_tool("apply", "--yes")

    assert [
        f"{GOLDEN}\t{MEMBER}\tdone\taccepted",
        f"{WINDOWS}\t{MEMBER}\tdone\trejected",
    ] == sorted(run.out.splitlines())
    summary, take_back, asked = run.err.splitlines()
    assert summary.startswith("accepted 1, rejected 1; ")
    assert take_back.endswith(" --json | imgshare reset --from -` takes this back")
    assert (0, ASKED) == (run.code, asked)


@pytest.mark.usefixtures("changing")
@pytest.mark.parametrize("columns", [100, 200])
def test_a_terminal(columns: int) -> None:
    """A person sees what will be done, and is asked once."""
    shown = run_at_terminal(columns, "apply", answer="y", NO_COLOR="1")

    question = next(number for number, line in enumerate(shown.lines) if "[y/N]" in line)
    assert ["DECISION", "accept", "reject", "ask"] == [
        line.split()[0] for line in shown.lines[:question] if not line.startswith(" ")
    ]
    assert "Accept 1 image and reject 1 image? [y/N] y" == shown.lines[question]
    assert [
        f"✓ Accepted golden-debian-12 ({GOLDEN}) from platform, 1.0 KiB".replace(GOLDEN, GOLDEN[:8]),
        f"✓ Rejected windows-10 ({WINDOWS[:8]}) from platform, 1.0 KiB",
    ] == sorted(shown.lines[question + 1 : question + 3])
    assert 0 == shown.code


def test_no(changing: ChangingInbox) -> None:
    """A no changes nothing."""
    shown = run_at_terminal(200, "apply", answer="n")

    assert (130, "imgshare: nothing was changed") == (shown.code, shown.lines[-1])
    assert [] == changing.decisions


@pytest.mark.parametrize("rows", [0, 1])
def test_nothing_to_do(changing: ChangingInbox, rows: int) -> None:
    """Where there is nothing to do, nobody is asked."""
    changing.rows["pending"] = changing.rows["pending"][2 : 2 + rows]

    shown = run_at_terminal(200, "apply")

    assert (0, ["no images to accept or reject", ASKED][: 1 + rows]) == (shown.code, shown.lines)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_script_without_yes(changing: ChangingInbox, options: tuple[str, ...]) -> None:
    """A script must say --yes, and is told with its own options; nothing is asked of the service."""
    run = run_tool("apply", "--owner", "platform", *options)

    shown = " ".join(["", *options])
    assert (2, "") == (run.code, run.out)
    assert "apply needs a confirmation: it accepts and rejects as your rules say" in run.err
    assert f"`imgshare apply --owner platform{shown} --yes`" in run.err
    assert f"`imgshare plan --owner platform{shown}`" in run.err
    assert [] == changing.requests


def test_a_plan_that_nobody_sees(changing: ChangingInbox, tmp_path: Path) -> None:
    """At a terminal whose output goes to a file, nobody can look at the plan, so nobody is asked about it."""
    with Terminal(["sh", "-c", f"exec {TOOL} apply > {tmp_path}/out"], columns=200) as terminal:
        code = terminal.wait_for_exit()

    said = "imgshare: apply needs a confirmation: it accepts and rejects as your rules say"
    assert (2, said) == (code, terminal.screen.split("\n")[0])
    assert [] == changing.requests


@pytest.mark.parametrize("options", [("--no-input",), ()])
def test_a_terminal_that_may_not_ask(changing: ChangingInbox, options: tuple[str, ...]) -> None:
    """Where questions are forbidden, a terminal is no better than a script."""
    shown = run_at_terminal(200, "apply", *options, CI="1")

    assert (2, "hint: `imgshare apply --yes` does it without asking, and `imgshare plan` shows what it would do") == (
        shown.code,
        shown.lines[1],
    )
    assert [] == changing.requests


CHANGES = [
    ({"name": "golden-evil"}, "its name was 'golden-debian-12' and is 'golden-evil'"),
    ({"owner": OTHER}, f"its owner was {OWNER!r} and is {OTHER!r}"),
    ({"status": "deactivated"}, "its status was 'active' and is 'deactivated'"),
    (OTHER_HASH, f"its hash was 'sha512:{'ab' * 64}' and is 'sha512:{'cd' * 64}'"),
    ({"os_hash_value": None}, f"its hash was 'sha512:{'ab' * 64}' and is not known"),
    ({"name": "x" * 1000}, "its name was 'golden-debian-12' and is 'sha256:"),
    ({"name": "golden-debian-12\x1b[2J"}, r"its name was 'golden-debian-12' and is 'golden-debian-12\x1b[2J'"),
]


@pytest.mark.parametrize(("change", "difference"), CHANGES, ids=str)
def test_an_image_that_changed_since_the_list(changing: ChangingInbox, change: dict[str, Any], difference: str) -> None:
    """It is not accepted; the others are done, and the outcome says what is different."""
    changing.changed[GOLDEN] = change

    run = run_tool("apply", "--yes", "--json")

    outcomes = _read_outcomes(run)
    assert [(WINDOWS, "rejected")] == changing.decisions
    assert (9, "failed", "golden", "done") == (
        run.code,
        outcomes[GOLDEN]["result"],
        outcomes[GOLDEN]["rule"],
        outcomes[WINDOWS]["result"],
    )
    error = outcomes[GOLDEN]["error"]
    assert error["message"].startswith(f"image {GOLDEN} has changed since it was planned: {difference}")
    assert ("refused", "nothing was changed; `imgshare plan` shows what the rules say now") == (
        error["code"],
        error["hint"],
    )


@pytest.mark.parametrize(("change", "difference"), CHANGES, ids=str)
def test_an_image_that_changes_while_it_is_accepted(
    changing: ChangingInbox, change: dict[str, Any], difference: str
) -> None:
    """The share is set pending again, and the outcome says so; the log has both decisions, and nobody is known now."""
    changing.on_accept[GOLDEN] = change

    run = run_tool("apply", "--yes", "--json")

    outcome = _read_outcomes(run)[GOLDEN]
    assert (9, "failed", "pending") == (run.code, outcome["result"], outcome["status"])
    assert outcome["error"]["message"].startswith(f"image {GOLDEN} changed while it was accepted: {difference}")
    assert outcome["error"]["message"].endswith("; it is pending again")
    assert [(GOLDEN, "accepted"), (GOLDEN, "pending")] == [one for one in changing.decisions if one[0] == GOLDEN]
    assert "pending" == changing.statuses[GOLDEN]
    known = (GOLDEN, "golden-debian-12", OWNER)
    assert [
        (*known, "accepted", "pending", "apply", "golden"),
        (*known, "pending", "accepted", "apply", "golden"),
        (WINDOWS, "windows-10", OWNER, "pending", "rejected", "apply", "no windows"),
    ] == _read_log()
    assert ["accepted", "pending"] == [line["new_status"] for line in read_log() if line["image_id"] == GOLDEN]
    assert not get_owners_file().exists()


@pytest.mark.parametrize(
    ("refusal", "status", "state"), [(403, "accepted", "it is still accepted"), (500, None, "it may still be accepted")]
)
def test_a_change_that_cannot_be_taken_back(
    changing: ChangingInbox, refusal: int, status: str | None, state: str
) -> None:
    """Where the reset fails, the outcome says whether the image is accepted, and what to type; the log knows it."""
    changing.on_accept[GOLDEN] = {"name": "golden-evil"}
    changing.refused, changing.refusal = {"pending"}, refusal

    run = run_tool("apply", "--yes", "--json", "--retries", "0")

    outcome = _read_outcomes(run)[GOLDEN]
    message, hint = outcome["error"]["message"], outcome["error"]["hint"]
    assert ("failed", status) == (outcome["result"], outcome.get("status"))
    assert f"and is 'golden-evil'; {state}: " in message
    assert f"`imgshare reset {GOLDEN} {MEMBER}` sets it pending again" == hint
    assert (GOLDEN, "golden-debian-12", OWNER, "pending", "accepted", "apply", "golden") in _read_log()


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_service_with_a_wrong_clock(changing: ChangingInbox, seconds: float) -> None:
    """What was pending and is accepted was decided now, whatever the clock of the service says."""
    changing.clock = seconds

    assert 0 == run_tool("apply", "--yes", "--json").code

    assert ["golden", "no windows"] == [row[-1] for row in _read_log()]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_image_that_cannot_be_read_again(changing: ChangingInbox, status: int) -> None:
    """What cannot be looked at once more is not left accepted."""
    changing.gone[GOLDEN] = status

    run = run_tool("apply", "--yes", "--json", "--retries", "0")

    outcome = _read_outcomes(run)[GOLDEN]
    assert (9, "failed", "pending") == (run.code, outcome["result"], outcome["status"])
    assert outcome["error"]["message"].startswith(f"image {GOLDEN} could not be read again (")


def test_a_summary_without_a_take_back(changing: ChangingInbox) -> None:
    """What was taken back at once needs no command for it."""
    changing.rows["pending"] = changing.rows["pending"][:1]
    changing.on_accept[GOLDEN] = {"name": "golden-evil"}

    run = run_tool("apply", "--yes")

    assert (9, 2) == (run.code, len(read_log()))
    assert "reset --from -" not in run.err


@pytest.mark.parametrize(("status", "result"), [("accepted", "skipped"), ("rejected", "failed")])
def test_somebody_else_was_quicker(changing: ChangingInbox, status: str, result: str) -> None:
    """What is as planned already is skipped; what somebody decided otherwise meanwhile stays so."""
    changing.statuses[GOLDEN] = status

    run = run_tool("apply", "--yes", "--json")

    outcome = _read_outcomes(run)[GOLDEN]
    assert (result, [(WINDOWS, "rejected")]) == (outcome["result"], changing.decisions)
    if result == "failed":
        assert (
            f"the share of image {GOLDEN} is rejected, and was pending when it was planned"
            == outcome["error"]["message"]
        )
    else:
        assert (0, "accepted") == (run.code, outcome["status"])


def test_decided_shares(changing: ChangingInbox) -> None:
    """With --status all, what was decided otherwise is decided as the rules say."""
    changing.rows["rejected"] = changing.rows["pending"][:1]
    changing.rows["pending"] = []
    changing.statuses[GOLDEN] = "rejected"

    assert 0 == run_tool("apply", "--status", "all", "--yes", "--json").code
    assert [(GOLDEN, "accepted")] == changing.decisions
    assert [(GOLDEN, "golden-debian-12", OWNER, "rejected", "accepted", "apply", "golden")] == _read_log()


def test_no_rules(changing: ChangingInbox) -> None:
    """Without rules nothing is done."""
    write_rules("").unlink()

    assert 3 == run_tool("apply", "--yes").code
    assert [] == changing.requests


@pytest.mark.usefixtures("changing")
def test_taken_back() -> None:
    """The command of the summary undoes it."""
    run = run_tool("apply", "--yes")
    command = run.err.split("`")[1]

    done = subprocess.run(
        ["/bin/sh", "-c", command.replace("imgshare", TOOL)], capture_output=True, text=True, check=False
    )

    assert (0, 2) == (done.returncode, len(done.stdout.splitlines()))


def test_kill_and_again(changing: ChangingInbox) -> None:
    """A run that is killed in the middle is finished by the same command."""
    changing.rows["pending"] = [build_image(number, name=f"golden-{number}") for number in range(1, 201)]
    process: list[subprocess.Popen[bytes]] = []

    def kill(_image: str, _status: str) -> None:
        if len(changing.decisions) == 50:
            while not process:
                time.sleep(0.01)
            process[0].send_signal(signal.SIGKILL)

    changing.on_decision = kill
    process.append(subprocess.Popen([TOOL, "apply", "--yes", "--json"], stdout=subprocess.DEVNULL))
    assert -signal.SIGKILL == process[0].wait(60)
    before = len(changing.decisions)
    # A service lists by status; this one is told.
    changing.rows["pending"] = [row for row in changing.rows["pending"] if row["id"] not in changing.statuses]
    changing.rows["accepted"] = [build_image(number, name=f"golden-{number}") for number in range(1, 201)]

    run = run_tool("apply", "--yes", "--json")

    assert (0, 200 - before) == (run.code, len(run.out.splitlines()))
    assert {"accepted"} == set(changing.statuses.values())
    assert 200 == len(changing.decisions) == len(set(changing.decisions))
