"""Many clouds and regions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import token_file, write_clouds, write_config
from tests.support.fake_service import IMAGE, MEMBER
from tests.support.fleet_cloud import FleetCloud, build_project_id, pick
from tests.support.run import TOOL, run_tool
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = build_project_id(1), build_project_id(2)


def test_regions(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--regions` decides in each region of the catalog, on the usual interface; outcomes have the region."""
    write_clouds(monkeypatch, prod=cloud.entry())
    monkeypatch.setenv("OS_CLOUD", "prod")

    own = run_tool("accept", IMAGE, "--regions", "*", "--json")
    assert {"one-public", "two-public"} == cloud.places
    everywhere = run_tool("accept", IMAGE, "--all-projects", "--regions", "t*", "--json")

    keys = ("project_name", "region", "result")
    assert [("mine", "one", "done"), ("mine", "two", "done")] == pick(own, *keys)
    names = ("mine", "tenant-1", "tenant-2")
    assert [(name, "two", "done") for name in names] == pick(everywhere, *keys)
    assert (0, 0) == (own.code, everywhere.code)
    cloud.images = [{"id": IMAGE, "name": "golden", "owner": TWO, "visibility": "shared"}]
    listed = run_tool("list", "--regions", "*")
    assert [f"{IMAGE}\tgolden\t{TWO}\tpending\t-\tmine ({region})" for region in ("one", "two")] == (
        listed.out.splitlines()
    )
    assert f"{IMAGE}\t{MEMBER}\tdone\taccepted\tmine\ttwo\n" == run_tool("accept", IMAGE, "--regions", "two").out


def test_clouds(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--clouds` logs in with each entry and decides with its credential; one that fails is an outcome of its own."""
    with FleetCloud() as other:
        broken = FleetCloud()
        broken.refuses_logins = True
        with broken:
            entries = {"prod-a": cloud.entry(), "prod-b": other.entry(), "prod-c": broken.entry()}
            write_clouds(monkeypatch, **entries, test=cloud.entry())
            # What is set for one cloud must not lead the tokens of the others astray.
            monkeypatch.setenv("IMGSHARE_ENDPOINT", "http://127.0.0.1:9")

            run = run_tool("accept", IMAGE, "--clouds", "prod-*", "--json")

            keys = ("cloud", "project_name", "result", "status")
            assert [
                ("prod-a", "mine", "done", "accepted"),
                ("prod-b", "mine", "done", "accepted"),
                ("prod-c", None, "failed", None),
            ] == pick(run, *keys)
            failed = next(json.loads(line) for line in run.out.splitlines() if "prod-c" in line)
            assert "auth" == failed["error"]["code"]
            assert 9 == run.code
            assert [1, 1, 1] == [len(one.logins) for one in (cloud, other, broken)]
            assert [[(IMAGE, MEMBER, "accepted")]] * 2 == [cloud.decided, other.decided]
            # The outcomes say what is left: the cloud that failed.
            broken.refuses_logins = False
            again = run_tool("accept", "--from", "-", "--clouds", "prod-*", "--json", stdin=run.out.encode())
            assert [("prod-a", "skipped"), ("prod-b", "skipped"), ("prod-c", "done")] == pick(again, "cloud", "result")
            assert [1, 1] == [len(one.decided) for one in (cloud, other)]


def test_a_region_that_slows_down(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The last line of a terminal says so when one service of several slows the run down."""
    write_clouds(monkeypatch, prod=cloud.entry())
    cloud.seconds, cloud.busy = 0.1, {"two-public"}
    path = tmp_path / "images"
    path.write_text("".join(f"{IMAGE[:-2]}{number}\n" for number in range(10, 70)))

    argv = [TOOL, "accept", "--from", str(path), "--regions", "*", "--jobs", "4"]
    with Terminal(argv, {"NO_COLOR": "1", "OS_CLOUD": "prod"}) as terminal:
        terminal.wait_for_text("/s (slowed down by the service)")
        cloud.seconds, cloud.busy = 0.0, set()
        assert 0 == terminal.wait_for_exit()

    assert {"one-public", "two-public"} == cloud.places


@pytest.mark.parametrize("images", [(IMAGE,), ("--all", "--any-owner", "--yes")], ids=["one", "all"])
def test_a_cloud_that_does_not_answer(
    cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch, images: tuple[str, ...]
) -> None:
    """The others decide while the login to a cloud takes its time; its failure comes last."""
    with FleetCloud() as dead:
        dead.login_seconds = 20
        cloud.images = [{"id": IMAGE, "name": "golden", "owner": TWO, "visibility": "shared"}]
        write_clouds(monkeypatch, a=dead.entry(), **{name: cloud.entry() for name in "bcdef"})

        run = run_tool("accept", *images, "--clouds", "*", "--timeout", "2", "--json")

        clouds = [json.loads(line)["cloud"] for line in run.out.splitlines()]
        assert ("a", ["b", "c", "d", "e", "f"], 9) == (clouds[-1], sorted(clouds[:-1]), run.code)


def test_all_projects_of_clouds(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--clouds` and `--all-projects` are every project of every cloud; no token of theirs is stored for later runs."""
    with FleetCloud(2) as other:
        write_clouds(monkeypatch, a=cloud.entry(), b=other.entry())
        write_config('[profiles.default]\ntoken_store = "file"\n')

        run = run_tool("accept", "--from", "-", "--clouds", "*", "--all-projects", "--json", stdin=IMAGE.encode())

        assert 0 == run.code
        assert [
            *(("a", name, "done") for name in ("mine", "tenant-1", "tenant-2")),
            *(("b", name, "done") for name in ("mine", "tenant-1")),
        ] == pick(run, "cloud", "project_name", "result")
        assert not token_file().exists()


def test_a_cloud_whose_login_ends(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cloud whose token is rejected and whose login is then refused leaves the other cloud's projects alone."""
    with FleetCloud() as other:
        write_clouds(monkeypatch, a=cloud.entry(), b=other.entry())

        def end() -> None:
            cloud.refuses_logins = True
            cloud.token_seconds = 0.0

        cloud.on_first_decision = end
        run = run_tool("accept", IMAGE, "--clouds", "*", "--all-projects", "--jobs", "1", "--json")

        by_cloud = pick(run, "cloud", "result")
        assert [("b", "done")] * 3 == [one for one in by_cloud if one[0] == "b"]
        assert [("a", "done"), ("a", "failed"), ("a", "not_tried")] == [one for one in by_cloud if one[0] == "a"]
        assert 9 == run.code


def test_a_service_that_rejects_every_token(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """The image service of one region rejects every token; the other region decides, and so do the projects there."""
    write_clouds(monkeypatch, prod=cloud.entry())
    cloud.distrusted.add("one-public")

    run = run_tool("accept", IMAGE, "--regions", "*", "--jobs", "1", "--json", environ={"OS_CLOUD": "prod"})
    arguments = ("--clouds", "*", "--all-projects", "--regions", "*", "--jobs", "1", "--json")
    clouds = run_tool("accept", IMAGE, *arguments)

    assert [("one", "failed"), ("two", "done")] == pick(run, "region", "result")
    assert [("one", "failed")] * 3 + [("two", "done")] * 3 == pick(clouds, "region", "result")
    assert (9, 9) == (run.code, clouds.code)


def test_a_region_whose_login_ends(cloud: FleetCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the token of the only project is rejected, and the login is refused, the rest is not tried (exit 4)."""
    write_clouds(monkeypatch, prod=cloud.entry())

    def end() -> None:
        cloud.refuses_logins = True
        cloud.token_seconds = 0.0

    cloud.on_first_decision = end
    images = "".join(f"{IMAGE[:-1]}{number}\n" for number in range(5))
    arguments = ("accept", "--from", "-", "--regions", "one", "--jobs", "1", "--json")
    run = run_tool(*arguments, stdin=images.encode(), environ={"OS_CLOUD": "prod"})

    assert [("done",), ("failed",), *[("not_tried",)] * 3] == pick(run, "result")
    assert 4 == run.code
