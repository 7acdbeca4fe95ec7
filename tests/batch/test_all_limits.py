"""`--all` keeps to `--jobs`, and the checks of an image look at all of it."""

from __future__ import annotations

import hashlib
import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.cloud_user import get_port
from tests.support.rules import build_rule, write_rules
from tests.support.run import TOOL, run_tool
from tests.support.tcp_proxy import TcpProxy

if TYPE_CHECKING:
    from tests.support.small_inbox import SmallInbox

DATA = b"QFI\xfb\0\0\0\3".ljust(512, b"\0")
HASH = f"sha512:{hashlib.sha512(DATA).hexdigest()}"


# Glance on loopback closes each connection after its response; the end of one and the next would be counted together.
@pytest.mark.parametrize("backend", ["sandbox_backend"], indirect=True)
@pytest.mark.parametrize("filters", [[], ["--newer-than", "1d"]], ids=["a list", "a request for each"])
@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("command", ["accept", "apply"])
def test_connections(
    inbox: SmallInbox, monkeypatch: pytest.MonkeyPatch, command: str, jobs: int, filters: list[str]
) -> None:
    """The list and the decisions together open no more connections than there are jobs."""
    for number in range(12):
        inbox.offer(f"golden-{number}")
    write_rules(build_rule("accept", owner=f'"{inbox.one.project_id}"'))
    with TcpProxy(get_port(inbox.backend.endpoint)) as proxy:
        monkeypatch.setenv("IMGSHARE_ENDPOINT", f"http://127.0.0.1:{proxy.port}")
        options = ["--owner", inbox.one.project_id, "--name", "golden-*", "--jobs", str(jobs), *filters]
        run = run_tool(command, *(["--all"] if command == "accept" else []), "--yes", *options)

    assert (0, 12) == (run.code, len(run.out.splitlines()))
    assert 0 < proxy.most_open <= jobs


def _upload(inbox: SmallInbox, image: str, data: bytes) -> None:
    response = inbox.one.send("PUT", f"/v2/images/{image}/file", data, Content_Type="application/octet-stream")
    assert 204 == response.status_code


# The embedded service takes no data.
@pytest.mark.parametrize("backend", ["caching_cloud"], indirect=True)
def test_hash_of_all(inbox: SmallInbox) -> None:
    """`--hash` is checked for each image of a list, and for all of it."""
    good, other = (inbox.offer(name, disk_format="qcow2", container_format="bare") for name in ("good", "other"))
    _upload(inbox, good, DATA)
    _upload(inbox, other, DATA + b"x")

    run = run_tool("accept", "--all", "--owner", inbox.one.project_id, "--hash", HASH, "--yes", "--json")

    outcomes = {one["image_id"]: one for one in map(json.loads, run.out.splitlines())}
    assert ("done", "refused") == (outcomes[good]["result"], outcomes[other]["error"]["code"])
    assert ["accepted", "pending"] == [inbox.status(good), inbox.status(other)]


@pytest.mark.parametrize("backend", ["caching_cloud"], indirect=True)
def test_a_hash_that_comes(inbox: SmallInbox) -> None:
    """`--wait` sees data that is uploaded after the image was shared, also for an image that was found by its name."""
    image = inbox.offer("empty", disk_format="qcow2", container_format="bare")
    argv = [TOOL, "accept", "--from", "-", "--hash", HASH, "--wait", "30s", "--json"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write('"empty"\n')
        process.stdin.close()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
        _upload(inbox, image, DATA)
        outcome = json.loads(process.stdout.readline())

    assert (image, "done") == (outcome["image_id"], outcome["result"])
