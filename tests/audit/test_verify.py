"""`verify`: what is accepted, held against the decision log and the rules."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_service import MEMBER, build_member
from tests.support.run import Run, run_tool
from tests.support.scripted_images import OWNER, Page, ScriptedImageService, build_image, build_image_id
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

OTHER = "0" * 32
HASH, OTHER_HASH = f"sha512:{'a' * 128}", f"sha512:{'b' * 128}"
DECIDED_AT = "2026-01-02T03:04:05Z"
RULES = """\
[[rule]]
name = "golden images"
owner = "5bd2a8f1d4e34f0c9a7a63a1c1f0e7b2"
image = "golden*"
then = "accept"
"""
REJECTS = """\
[[rule]]
name = "no golden images"
image = "golden*"
then = "reject"
"""
ASKS = REJECTS.replace("reject", "ask")
DEBIAN = 'properties = { os_distro = "debian" }\n'


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedImageService]:
    """A service where one image is accepted."""
    with ScriptedImageService() as service:
        service.enter(monkeypatch)
        service.status = "accepted"
        _accept(service, build_image(os_hash_algo="sha512", os_hash_value="a" * 128))
        yield service


def _accept(service: ScriptedImageService, *images: dict[str, Any]) -> None:
    """Let these images be those that are accepted."""
    service.list_page = lambda query: Page(
        [
            image
            for image in images
            if query["member_status"] == "accepted" and query["os_hidden"] == json.dumps(image["os_hidden"])
        ]
    )
    service.admin_page = lambda _query: Page()
    service.members = lambda image: [build_member("accepted", image_id=image)]


def _log(endpoint: str, *changes: dict[str, Any]) -> None:
    """Write decisions into the log of the run."""
    folder = Path(os.environ["XDG_STATE_HOME"], "imgshare", "decisions")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    decision = {
        "time": DECIDED_AT,
        "cloud": None,
        "endpoint": endpoint,
        "project_id": MEMBER,
        "user": "alice",
        "image_id": build_image_id(1),
        "member_id": MEMBER,
        "name": "golden",
        "owner": OWNER,
        "hash": HASH,
        "old_status": "pending",
        "new_status": "accepted",
        "command": "accept",
        "rule": None,
        "request_id": None,
    }
    with (folder / "2026-01.jsonl").open("a") as stream:
        stream.writelines(json.dumps(decision | change) + "\n" for change in changes)


def _read(run: Run) -> list[Any]:
    rows: list[Any] = json.loads(run.out)
    assert (9 if any(row["findings"] for row in rows) else 0) == run.code, run
    return rows


def _read_findings(run: Run) -> dict[str, list[str]]:
    return {row["image_id"]: row["findings"] for row in _read(run)}


def _write_rules(text: str) -> None:
    path = Path(os.environ["XDG_CONFIG_HOME"], "imgshare", "rules.toml")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("image", "decision", "rules", "findings"),
    [
        ({}, {}, None, []),
        ({}, {"name": None, "owner": None, "hash": None}, None, []),
        ({"name": "other"}, {}, None, ["name_changed"]),
        ({"name": None}, {}, None, ["name_changed"]),
        ({"name": "Golden"}, {}, None, ["name_changed"]),
        ({"name": "g\u043elden"}, {}, None, ["name_changed"]),
        ({"owner": OTHER}, {}, None, ["owner_changed"]),
        ({}, {"owner": OWNER.upper()}, None, []),
        ({"os_hash_value": "b" * 128}, {}, None, ["hash_changed"]),
        ({"os_hash_value": None}, {}, None, ["hash_changed"]),
        ({"os_hash_value": "A" * 128}, {}, None, []),
        ({"status": "deactivated"}, {}, None, ["deactivated"]),
        ({"os_hidden": True}, {}, None, ["hidden"]),
        ({}, {"new_status": "rejected"}, None, ["not_logged"]),
        ({}, {"member_id": OTHER}, None, ["not_logged"]),
        ({}, {"endpoint": "https://image.example.com"}, None, ["not_logged"]),
        ({}, {"endpoint": None}, None, []),
        ({}, {"new_status": "eaten"}, None, ["not_logged"]),
        ({}, {}, RULES, []),
        ({}, {}, ASKS, []),
        ({}, {}, REJECTS, ["against_rules"]),
        ({"owner": OTHER}, {"owner": OTHER}, RULES, ["against_rules"]),
        ({"os_distro": "debian"}, {}, RULES + DEBIAN, []),
        ({"os_distro": "rocky"}, {}, RULES + DEBIAN, ["against_rules"]),
        ({"os_distro": "debian", "name": "x"}, {"name": "x"}, RULES + DEBIAN, ["against_rules"]),
        (
            {"name": "x", "owner": OTHER, "os_hash_value": "b" * 128, "status": "deactivated", "os_hidden": True},
            {},
            RULES,
            ["owner_changed", "name_changed", "hash_changed", "deactivated", "hidden", "against_rules"],
        ),
    ],
)
def test_accepted_images(  # noqa: PLR0913, PLR0917
    service: ScriptedImageService,
    imgshare: RunImgshare,
    image: dict[str, Any],
    decision: dict[str, Any],
    rules: str | None,
    findings: list[str],
) -> None:
    """An accepted image is compared with what was logged, as far as that was known, and with the rules if there are."""
    _accept(service, build_image(**{"os_hash_algo": "sha512", "os_hash_value": "a" * 128, **image}))
    _log(service.endpoint, decision)
    if rules:
        _write_rules(rules)

    assert {build_image_id(1): findings} == _read_findings(imgshare("verify", "--json"))


def test_the_whole_answer(service: ScriptedImageService, imgshare: RunImgshare) -> None:
    """Each image has what it is now, what was logged, and what the rules say; the summary is an error on stderr."""
    _log(service.endpoint, {"name": "silver"})
    _write_rules(REJECTS)

    run = imgshare("verify", "--json")

    assert [
        {
            "image_id": build_image_id(1),
            "member_id": MEMBER,
            "name": "golden",
            "owner": OWNER,
            "hash": HASH,
            "status": "accepted",
            "findings": ["name_changed", "against_rules"],
            "rule": "no golden images",
            "reason": "image golden*",
            "logged": {
                "time": DECIDED_AT,
                "user": "alice",
                "command": "accept",
                "rule": None,
                "name": "silver",
                "owner": OWNER,
                "hash": HASH,
            },
        }
    ] == _read(run)
    assert {
        "code": "partial",
        "reason": None,
        "message": "1 of 1 accepted image has findings: 1 name_changed, 1 against_rules",
        "hint": None,
        "http_status": None,
        "request_id": None,
    } == json.loads(run.err)["error"]


def test_no_log(service: ScriptedImageService, imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the log, or where it is off, only the image and the rules count."""
    _log(service.endpoint, {"name": "silver"}, {"image_id": build_image_id(9)})
    assert {build_image_id(1): []} == _read_findings(imgshare("verify", "--no-log", "--json"))
    _write_rules(REJECTS)
    assert {build_image_id(1): ["against_rules"]} == _read_findings(imgshare("verify", "--no-log", "--json"))
    monkeypatch.setenv("IMGSHARE_DECISION_LOG", "off")

    run = imgshare("verify", "--json")

    assert {build_image_id(1): ["against_rules"]} == _read_findings(run)
    assert "note: the decision log is off, so only the images and the rules are checked\n" == run.err.partition("{")[0]


@pytest.mark.parametrize("how", ["option", "variable"])
def test_rules_that_are_named(
    service: ScriptedImageService, imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str
) -> None:
    """Rules that are named must be there; only the usual file may be missing."""
    _log(service.endpoint, {})
    path = tmp_path / "own.toml"
    if how == "variable":
        monkeypatch.setenv("IMGSHARE_RULES", str(path))
    option = ["--rules", str(path)] if how == "option" else []
    assert 3 == imgshare("verify", *option).code
    path.write_text(REJECTS)

    assert {build_image_id(1): ["against_rules"]} == _read_findings(imgshare("verify", *option, "--json"))


def test_ages_in_rules(service: ScriptedImageService, imgshare: RunImgshare) -> None:
    """An image that a rule took while it was new is not against the rule because it has become old."""
    _log(service.endpoint, {})
    # It was shared in 2016, and accepted 31 minutes later.
    for age, findings in (("1h", []), ("30m", ["against_rules"])):
        _write_rules(RULES + f'newer_than = "{age}"\n')
        assert {build_image_id(1): findings} == _read_findings(imgshare("verify", "--json"))


class _Missing(ScriptedImageService):
    """A service where the images 2 to 6 were accepted once; each has another end."""

    def reply(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer what became of the image."""
        number = int(path.split("/")[3][:8], 16) if path.startswith("/v2/images/0") else 0
        is_member = "/members/" in path
        if number == 2 or (number == 3 and is_member):
            return 404, {"message": f"Image {build_image_id(number)} not found."}
        if number in {4, 5} and is_member:
            return 200, build_member("rejected" if number == 4 else "accepted", image_id=build_image_id(number))
        if number == 6:
            return 500, {"message": "no"}
        if 2 <= number <= 5:
            return 200, build_image(number, name="renamed")
        return super().reply(method, path, query, body)


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Missing]:
    """A service where what was accepted is not in the list."""
    with _Missing() as service:
        service.enter(monkeypatch)
        yield service


def test_what_is_not_in_the_list(missing: _Missing, imgshare: RunImgshare) -> None:
    """What was accepted here and is not in the list is looked for: each image has one end, or an error."""
    _log(missing.endpoint, *({"image_id": build_image_id(number)} for number in range(2, 7)))
    # Neither what was taken back here nor what another project or another service accepted.
    _log(missing.endpoint, {"image_id": build_image_id(7)}, {"image_id": build_image_id(7), "new_status": "pending"})
    _log(missing.endpoint, {"image_id": build_image_id(8), "member_id": OTHER})
    _log("https://image.example.com", {"image_id": build_image_id(9)})

    run = imgshare("verify", "--retries", "0", "--json")

    rows = json.loads(run.out)
    assert [
        (2, "golden", None, ["gone"]),
        (3, "renamed", None, ["unshared"]),
        (4, "renamed", "rejected", ["not_accepted"]),
        (5, "renamed", "accepted", ["name_changed", "hash_changed"]),
        (6, "golden", None, []),
    ] == [(int(row["image_id"][:8]), row["name"], row["status"], row["findings"]) for row in rows]
    assert [None] * 4 + ["unavailable"] == [row.get("error") and row["error"]["code"] for row in rows]
    message = (
        "4 of 5 accepted images have findings: 1 gone, 1 unshared, 1 not_accepted, 1 name_changed, 1 hash_changed;"
        " 1 could not be verified"
    )
    assert (9, message) == (run.code, json.loads(run.err)["error"]["message"])
    # An image that could not be verified is no finding.
    assert 9 == imgshare("verify", "--retries", "0", "--finding", "hidden", "--json").code


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ([], [2, 3]),
        (["--finding", "gone"], [2]),
        (["--finding", "GONE,unshared"], [2, 3]),
        (["--finding", "hidden"], []),
        (["--name", "golden*"], [2]),
        (["--name", "silver"], [3]),
        (["--owner", OTHER], [3]),
        (["--older-than", "7d"], [2, 3]),
        (["--newer-than", "7d"], []),
    ],
)
def test_filters(missing: _Missing, imgshare: RunImgshare, options: list[str], numbers: list[int]) -> None:
    """Filters apply to what is gone by what was logged, and the exit code says whether anything is left."""
    _log(missing.endpoint, {"image_id": build_image_id(2)})
    _log(missing.endpoint, {"image_id": build_image_id(3), "name": "silver", "owner": OTHER})

    run = imgshare("verify", *options, "--json")

    assert numbers == [int(row["image_id"][:8]) for row in _read(run)]


def test_a_hostile_log(service: ScriptedImageService, imgshare: RunImgshare) -> None:
    """What is no decision is left out, and text in the log acts on no terminal."""
    _log(service.endpoint, {"name": "\x1b[2J[red]\u202e"}, {"image_id": "../x"}, {"image_id": 5}, {"time": "soon"})
    folder = Path(os.environ["XDG_STATE_HOME"], "imgshare", "decisions")
    (folder / "2026-02.jsonl").write_bytes(b"\0\xff\n{\n[]\n" + b"[" * 100_000 + b"\n")

    run = imgshare("verify")

    name = r"\x1b[2J[red]\u202e"
    row = f"{build_image_id(1)}\tgolden\t{OWNER}\tname_changed\twas named '{name}'\n"
    assert (9, row) == (run.code, run.out)
    assert "3 lines are not decisions and are left out" in run.err
    assert "4 lines are not decisions and are left out" in run.err


def test_only_what_has_findings_is_reset(service: ScriptedImageService) -> None:
    """`reset --from -` takes the JSON, and refuses what has no findings."""
    _accept(service, build_image(1), build_image(2, name="other"))
    _log(service.endpoint, {"hash": None}, {"hash": None, "image_id": build_image_id(2)})
    found = run_tool("verify", "--json")

    run = run_tool("reset", "--from", "-", "--json", stdin=found.out.encode())

    assert (9, [build_image_id(2)]) == (run.code, service.decided)


SCREENS = {
    80: """\
ID        NAME           OWNER     FINDINGS               DETAILS
00000001  黄金镜像-上海  00000000  owner_changed,         was owned by
                                   name_changed,          5bd2a8f1; was named
                                   hash_changed,          'golden'; had the
                                   against_rules          hash
                                                          sha512:aaaaaaaaaaaa…;
                                                          no rule accepts it:
                                                          golden images: owner
                                                          is not 5bd2a8f1d4e34f0
                                                          c9a7a63a1c1f0e7b2
00000002  [red]          5bd2a8f1  deactivated            -
imgshare: 2 of 3 accepted images have findings: 1 owner_changed, 1 name_changed,
1 hash_changed, 1 deactivated, 1 against_rules
hint: `imgshare verify --json` has all that is known, `imgshare reset ID` resets
one""",
    200: """\
ID                                    NAME           OWNER                             FINDINGS                                                 DETAILS
00000001-abcd-4000-8000-00000000abcd  黄金镜像-上海  00000000000000000000000000000000  owner_changed, name_changed, hash_changed,               was owned by 5bd2a8f1; was named 'golden'; had the hash
                                                                                       against_rules                                            sha512:aaaaaaaaaaaa…; no rule accepts it: golden
                                                                                                                                                images: owner is not 5bd2a8f1d4e34f0c9a7a63a1c1f0e7b2
00000002-abcd-4000-8000-00000000abcd  [red]          5bd2a8f1d4e34f0c9a7a63a1c1f0e7b2  deactivated                                              -
imgshare: 2 of 3 accepted images have findings: 1 owner_changed, 1 name_changed, 1 hash_changed, 1 deactivated, 1 against_rules
hint: `imgshare verify --json` has all that is known, `imgshare reset ID` resets one""",  # noqa: E501
}


@pytest.mark.parametrize("columns", [80, 200])
def test_at_a_terminal(service: ScriptedImageService, columns: int) -> None:
    """People see the images with findings, what they were, and why no rule takes them."""
    images = [
        build_image(1, name="黄金镜像-上海", owner=OTHER, os_hash_algo="sha512", os_hash_value="b" * 128),
        build_image(2, name="[red]", status="deactivated"),
        build_image(3, name="fine"),
    ]
    _accept(service, *images)
    _log(service.endpoint, {}, *({"image_id": build_image_id(n), "name": None, "hash": None} for n in (2, 3)))
    _write_rules(RULES + RULES.replace("golden images", "the rest").replace('image = "golden*"\n', ""))

    shown = run_at_terminal(columns, "verify")

    assert (9, SCREENS[columns].splitlines()) == (shown.code, shown.lines)


def test_nothing_at_a_terminal(service: ScriptedImageService) -> None:
    """Where nothing is found, people are told how much was verified."""
    _log(service.endpoint, {})

    assert ["1 accepted image verified, and nothing was found."] == run_at_terminal(80, "verify").lines


@pytest.mark.usefixtures("service")
def test_rules_that_cannot_be_read(imgshare: RunImgshare) -> None:
    """A link that leads nowhere is no missing file: an image is not verified against fewer rules than the user has."""
    _write_rules(RULES)
    path = Path(os.environ["XDG_CONFIG_HOME"], "imgshare", "rules.toml")
    path.unlink()
    path.symlink_to("nowhere")

    run = imgshare("verify", "--no-log")

    assert (3, f"imgshare: there are no rules: {path} does not exist; it could begin with:") == (
        run.code,
        run.err.splitlines()[0],
    )


@pytest.mark.usefixtures("service")
def test_a_path_that_no_file_can_have(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside a config file that cannot be there, there are no rules."""
    monkeypatch.setenv("IMGSHARE_CONFIG", f"/{'x' * 300}/config.toml")

    assert Run(0) == imgshare("verify", "--no-log")
