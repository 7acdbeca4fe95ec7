"""`watch`: each share when it arrives, once, over restarts and over a service that is away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_service import MEMBER
from tests.support.run import TOOL, Run, run_tool
from tests.support.scripted_images import OWNER, Page, ScriptedImageService, build_image, build_image_id
from tests.support.terminal import Terminal
from tests.support.watching import RunningWatch, find_seen_file, wait_for_seen, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.cloud_user import CloudUser
    from tests.support.run import RunImgshare
    from tests.support.scripted_images import Query
    from tests.support.small_inbox import SmallInbox
    from tests.support.tcp_proxy import TcpProxy

SECONDS = 30


class WatchedService(ScriptedImageService):
    """A service with some pending shares.

    Attributes:
        images: the images, which a test changes.
        refusal: the status of every list instead, if one is set.
        reads: how many times the whole inbox was read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.images: list[dict[str, Any]] = []
        self.refusal: int | None = None
        self.reads = 0
        self.list_page = self._list

    def _list(self, query: Query) -> Page | int:
        is_hidden = query["os_hidden"] == "true"
        self.reads += is_hidden
        if self.refusal:
            return self.refusal
        return Page([image for image in self.images if image["os_hidden"] is is_hidden])

    def wait_for_read(self) -> None:
        """Wait until the inbox is read once more, whole, and what came of it is known."""
        count = self.reads
        wait_until(lambda: self.reads >= count + 2)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[WatchedService]:
    """The service, and the tool pointed at it."""
    with WatchedService() as service:
        service.enter(monkeypatch)
        yield service


def _build_line(image: dict[str, Any]) -> dict[str, Any]:
    return {**image, "member_status": "pending", "member_id": MEMBER}


def test_what_arrives(service: WatchedService) -> None:
    """Each pending image is a line of JSON, those that are there and then each that comes, and none twice."""
    service.images = [build_image(2), build_image(1, os_hidden=True)]
    with RunningWatch() as watch:
        assert [_build_line(image) for image in service.images] == [watch.read_share(), watch.read_share()]
        service.images = [build_image(3, name="new"), *service.images]
        assert _build_line(build_image(3, name="new")) == watch.read_share()
        service.wait_for_read()

        assert Run(0) == watch.end()


def test_a_restart(service: WatchedService) -> None:
    """A later watch prints what came meanwhile alone; its file is private and has no name in it."""
    service.images = [build_image(1)]
    with RunningWatch() as watch:
        assert build_image_id(1) == watch.read_share()["id"]
        wait_for_seen(1)
        assert Run(0) == watch.end()
    file = find_seen_file()
    assert f'["{build_image_id(1).replace("-", "")}"]' == file.read_text()
    assert 0o600 == file.stat().st_mode & 0o777
    service.images.append(build_image(2))
    with RunningWatch("--json") as watch:
        assert build_image_id(2) == watch.read_share()["id"]
        wait_for_seen(2)
        assert Run(0) == watch.end()


def test_a_share_that_goes_and_comes_back(service: WatchedService) -> None:
    """A share that was gone is new when it is back, in the same watch and in a later one."""
    service.images = [build_image(1)]
    with RunningWatch() as watch:
        assert build_image_id(1) == watch.read_share()["id"]
        service.images = []
        wait_for_seen(0)
        service.images = [build_image(1)]
        assert build_image_id(1) == watch.read_share()["id"]
        service.images = []
        wait_for_seen(0)
        assert Run(0) == watch.end()
    service.images = [build_image(1)]
    with RunningWatch() as watch:
        assert build_image_id(1) == watch.read_share()["id"]
        assert 0 == watch.end().code


def test_filters(service: WatchedService) -> None:
    """--owner and --name choose; a watch with other filters has not seen what this one did."""
    other = "0" * 32
    service.images = [build_image(1, name="golden-1"), build_image(2, name="other"), build_image(3, owner=other)]
    with RunningWatch("--owner", OWNER, "--name", "gold*") as watch:
        assert build_image_id(1) == watch.read_share()["id"]
        wait_for_seen(1)
        assert Run(0) == watch.end()
    with RunningWatch() as watch:
        assert [build_image_id(number) for number in (1, 2, 3)] == [watch.read_share()["id"] for _ in range(3)]
        assert 0 == watch.end().code


def test_a_service_that_is_away(service: WatchedService) -> None:
    """One note when it goes away, one when it is back; what is there by then is printed, and nothing twice."""
    service.images = [build_image(1)]
    with RunningWatch("--retries", "0") as watch:
        assert build_image_id(1) == watch.read_share()["id"]
        wait_for_seen(1)
        service.refusal = 503
        assert watch.read_note() == (
            'note: cannot list the images: the service failed (503 Service Unavailable): "no"; trying again every 2s\n'
        )
        count = len(service.lists)
        wait_until(lambda: len(service.lists) >= count + 2)
        service.images.append(build_image(2))
        service.refusal = None
        assert "note: the service is back\n" == watch.read_note()
        assert build_image_id(2) == watch.read_share()["id"]

        assert Run(0) == watch.end()


def test_a_service_that_was_never_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no request ever worked, the note comes with the hint: the address may be wrong."""
    monkeypatch.setenv("IMGSHARE_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("IMGSHARE_TOKEN", "t")
    with RunningWatch("--retries", "0") as watch:
        assert "note: cannot reach http://127.0.0.1:1: connection refused; trying again every 2s\n" == watch.read_note()
        assert watch.read_note().startswith("hint: ")

        assert Run(0) == watch.end()


def test_a_restart_while_the_service_is_away(service: WatchedService, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier watch has printed is not printed again, also where only an image tells whose token it is."""
    monkeypatch.delenv("IMGSHARE_PROJECT_ID")
    service.images = [build_image(1)]
    with RunningWatch() as watch:
        assert build_image_id(1) == watch.read_share()["id"]
        wait_for_seen(1)
        assert Run(0) == watch.end()
    service.refusal = 503
    with RunningWatch("--retries", "0") as watch:
        assert "(503 Service Unavailable)" in watch.read_note()
        assert "hint: try again later\n" == watch.read_note()
        service.refusal = None
        assert "note: the service is back\n" == watch.read_note()
        service.wait_for_read()

        assert Run(0) == watch.end()


def test_a_list_that_breaks_off(service: WatchedService) -> None:
    """What was printed before a list broke off is not printed again, and what it did not reach is not forgotten."""
    service.images = [build_image(1), build_image(2, os_hidden=True)]
    with RunningWatch("--retries", "0") as watch:
        assert [1, 2] == [int(watch.read_share()["id"][:8], 16) for _ in range(2)]
        wait_for_seen(2)
        whole = service.list_page
        service.images.append(build_image(3))
        service.list_page = lambda query: 503 if query["os_hidden"] == "true" else whole(query)
        assert build_image_id(3) == watch.read_share()["id"]
        assert "(503 Service Unavailable)" in watch.read_note()
        service.list_page = whole
        assert "note: the service is back\n" == watch.read_note()

        assert Run(0) == watch.end()
    assert 3 == len(json.loads(find_seen_file().read_text()))


@pytest.mark.parametrize(("status", "code"), [(401, 4), (403, 5)])
def test_what_only_a_person_can_fix(service: WatchedService, status: int, code: int) -> None:
    """A rejected token and a missing role end the watch, with the error of `list`."""
    service.refusal = status
    listed = run_tool("list", "--json")

    run = run_tool("watch", "--json")

    assert (code, "") == (run.code, run.out)
    assert listed == run


def test_ctrl_c(service: WatchedService) -> None:
    """Ctrl-C is how a person ends it: exit 130, and no words."""
    service.images = [build_image(1)]
    with RunningWatch() as watch:
        watch.read_line()
        wait_for_seen(1)

        assert Run(130) == watch.end(signal.SIGINT)


def test_a_reader_that_has_gone(service: WatchedService) -> None:
    """It ends when nobody reads any more, long before the next image comes."""
    service.images = [build_image(1)]
    watch = subprocess.Popen([TOOL, "watch", "--interval", "1d"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with watch:
        assert watch.stdout
        assert watch.stderr
        watch.stdout.readline()
        watch.stdout.close()

        assert 0 == watch.wait(SECONDS)
        assert b"" == watch.stderr.read()


def test_a_reader_that_goes_in_the_middle(service: WatchedService) -> None:
    """What a reader may not have had is printed again to the next one."""
    service.images = [build_image(number, padding="x" * 50_000) for number in range(1, 30)]
    watch = subprocess.Popen([TOOL, "watch"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with watch:
        assert watch.stdout
        assert watch.stderr
        watch.stdout.readline()
        watch.stdout.close()
        assert (0, b"") == (watch.wait(SECONDS), watch.stderr.read())
    with RunningWatch() as again:
        assert list(range(1, 30)) == [int(again.read_share()["id"][:8], 16) for _ in range(29)]
        assert 0 == again.end().code


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_whole_line(service: WatchedService, unbuffered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM while a long line is written ends the watch behind that line."""
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    service.images = [build_image(1, padding="x" * 300_000)]
    with subprocess.Popen([TOOL, "watch"], stdout=subprocess.PIPE) as watch:
        assert watch.stdout
        start = watch.stdout.read(10)
        watch.send_signal(signal.SIGTERM)
        out = start + watch.stdout.read()

        assert 0 == watch.wait(SECONDS)
    assert build_image_id(1) == json.loads(out)["id"]


@pytest.mark.parametrize("text", ["[", "{}", '["x", 1, null, "0"]', "[" * 100_000, "\udcff"], ids=range(5))
def test_a_damaged_file(service: WatchedService, text: str) -> None:
    """Whatever is in the file of what was seen, the shares are printed and the file is written anew."""
    service.images = [build_image(1)]
    with RunningWatch() as watch:
        watch.read_line()
        wait_for_seen(1)
        watch.end()
    file = find_seen_file()
    file.write_text(text, errors="surrogateescape")
    with RunningWatch() as watch:
        assert build_image_id(1) == watch.read_share()["id"]
        wait_until(lambda: file.read_text(errors="replace").startswith('["0'))
        assert Run(0) == watch.end()
    assert f'["{build_image_id(1).replace("-", "")}"]' == file.read_text()


@pytest.mark.parametrize("columns", [80, 200])
def test_at_a_terminal(service: WatchedService, columns: int, tmp_path: Path) -> None:
    """At a terminal an image is a line with its name, its ID, its owner and its size."""
    service.images = [
        build_image(1, name="[red]"),
        build_image(2, name="数据库-22.03", owner="1" * 32, size=None),
        build_image(3, name="a b\x1b[31m`x`"),
        build_image(4, name=None),
    ]
    config = tmp_path / "config.toml"
    config.write_text(f'[owners]\nplatform = "{OWNER}"\n')
    with Terminal([TOOL, "watch"], {"IMGSHARE_CONFIG": str(config)}, columns=columns) as terminal:
        expected = [
            "Checking every 1m which images are shared with you. Ctrl-C ends it.",
            f"[red] ({build_image_id(1)}) from platform, 1.0 KiB",
            f"数据库-22.03 ({build_image_id(2)}) from 11111111",
            f"\"a b\\x1b[31m'x'\" ({build_image_id(3)}) from platform, 1.0 KiB",
            f"image {build_image_id(4)} from platform, 1.0 KiB",
        ]
        terminal.wait_for_text(expected[-1])
        assert expected == [line.replace("\x00", "") for line in terminal.screen.split("\n")]
        terminal.press_keys("ctrl-c")
        assert 130 == terminal.wait_for_exit()


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        ("1s", "--interval '1s' is not between 2s and 1d", "the default is 1m"),
        ("2d", "--interval '2d' is not between 2s and 1d", "the default is 1m"),
        ("0", "--interval '0' is not between 2s and 1d", "the default is 1m"),
        ("x", "--interval 'x' is not a duration (try 7s or 7m)", "use a number and s, m, h, d or w"),
    ],
)
def test_intervals(imgshare: RunImgshare, value: str, message: str, hint: str) -> None:
    """An interval is at least two seconds and at most a day."""
    assert Run(2, "", f"imgshare: {message}\nhint: {hint}\n") == imgshare("watch", "--interval", value)


def test_a_pipeline(service: WatchedService) -> None:
    """What is done about an image is a pipe's work: each is accepted as it arrives."""
    service.images = [build_image(1)]
    command = f"{TOOL} watch --interval 2s | {TOOL} accept --from - --json"
    with subprocess.Popen(["/bin/sh", "-c", command], stdout=subprocess.PIPE, start_new_session=True) as pipeline:
        assert pipeline.stdout
        first = json.loads(pipeline.stdout.readline())
        service.images.append(build_image(2))
        second = json.loads(pipeline.stdout.readline())
        os.killpg(pipeline.pid, signal.SIGTERM)
    assert [build_image_id(1), build_image_id(2)] == [first["image_id"], second["image_id"]]
    assert ["done", "done"] == [first["result"], second["result"]]


def test_on_each_service(inbox: SmallInbox) -> None:
    """On the embedded service and on a real Glance: what is pending, what comes, and what comes back."""
    known = inbox.offer("known")
    with RunningWatch("--owner", inbox.one.project_id) as watch:
        assert (known, "pending", inbox.member.project_id) == _describe(watch.read_share())
        new = inbox.offer("new", os_hidden=True)
        assert (new, "pending", inbox.member.project_id) == _describe(watch.read_share())
        wait_for_seen(2)
        inbox.member.decide(known, inbox.member.project_id, "accepted")
        wait_for_seen(1)
        assert Run(0) == watch.end()
    inbox.member.decide(known, inbox.member.project_id, "pending")
    with RunningWatch("--owner", inbox.one.project_id) as watch:
        assert known == watch.read_share()["id"]
        assert Run(0) == watch.end()


def _describe(share: dict[str, Any]) -> tuple[str, str, str]:
    return share["id"], share["member_status"], share["member_id"]


def test_a_keystone_that_stops(member: CloudUser, keystone_proxy: TcpProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A watch begins while Keystone is away, and goes on when it stops and is back."""
    member.write(otc=member.entry())
    monkeypatch.setenv("OS_CLOUD", "otc")
    keystone_proxy.is_down = True
    with RunningWatch("--timeout", "3", "--retries", "0") as watch:
        assert watch.read_note().endswith("; trying again every 2s\n")
        assert watch.read_note().startswith("hint: ")
        keystone_proxy.is_down = False
        assert member.image == watch.read_share()["id"]
        assert "note: the service is back\n" == watch.read_note()

        member.cloud.stop_keystone()
        assert watch.read_note().endswith("; trying again every 2s\n")
        member.cloud.start_keystone()
        assert "note: the service is back\n" == watch.read_note()

        assert Run(0) == watch.end()
