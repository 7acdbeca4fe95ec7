"""The file of rules: which it is, what `rules check` prints, and the lines of its keys."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgshare_cli.rules.line_numbers import find_line
from tests.support.examples import limit_examples
from tests.support.rules import HASH, OTHER, OWNERS, build_rule, write_rules
from tests.support.run import Run
from tests.support.scripted_images import OWNER
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from tests.support.run import RunImgshare

RULES = f"""\
# What the team trusts.
trust_service_hashes = true

[[rule]]
name = "no candidates"
image = "*-rc"
then = "reject"

[[rule]]
name = "golden images of the platform team"
owner = "platform"
image = "golden-*"
older_than = "48h"
newer_than = "52w"
properties = {{ os_distro = "debian", min_disk = 20, hw_boot = true }}
then = "accept"

[[rule]]
name = "上海"
owner = "mine"
then = "accept"

[[rule]]
name = "the vendor's"
hash = "{HASH}"
then = "accept"

[[rule]]
name = "all others"
owner = "{OTHER}"
hashes = "SHA512SUMS"
then = "ask"
"""
NOTHING = dict.fromkeys(
    ("owner", "owner_id", "image", "hash", "hashes", "hash_count", "properties", "older_than", "newer_than")
)


@pytest.fixture(autouse=True)
def config() -> None:
    """A config that names two owners, and no service."""
    write_rules(OWNERS, "config.toml").chmod(0o600)
    write_rules(f"{'a' * 128}  one\n{'b' * 128}  two\n", "SHA512SUMS")


def test_check(imgshare: RunImgshare) -> None:
    """`rules check` asks nobody, and prints each rule as it was understood."""
    write_rules(RULES)

    assert Run(
        0,
        "reject\tno candidates\timage *-rc\n"
        "accept\tgolden images of the platform team\towner platform, image golden-*, os_distro debian, min_disk 20,"
        " hw_boot True, shared at least 2d ago, shared at most 52w ago\n"
        "accept\t上海\towner mine\n"
        f"accept\tthe vendor's\thash {HASH[:20]}…\n"
        f"ask\tall others\towner {OTHER}, hash in SHA512SUMS\n",
    ) == imgshare("rules", "check")


def test_check_as_json(imgshare: RunImgshare) -> None:
    """With --json, each condition is a key, and an owner has its ID."""
    write_rules(RULES)

    run = imgshare("rules", "check", "--json")

    assert [
        {**NOTHING, "name": "no candidates", "then": "reject", "image": "*-rc"},
        {
            **NOTHING,
            "name": "golden images of the platform team",
            "then": "accept",
            "owner": "platform",
            "owner_id": OWNER,
            "image": "golden-*",
            "properties": {"os_distro": "debian", "min_disk": 20, "hw_boot": True},
            "older_than": "2d",
            "newer_than": "52w",
        },
        {**NOTHING, "name": "上海", "then": "accept", "owner": "mine"},
        {**NOTHING, "name": "the vendor's", "then": "accept", "hash": HASH, "hash_count": 1},
        {
            **NOTHING,
            "name": "all others",
            "then": "ask",
            "owner": OTHER,
            "owner_id": OTHER,
            "hashes": "SHA512SUMS",
            "hash_count": 2,
        },
    ] == json.loads(run.out)
    assert (0, "") == (run.code, run.err)


def test_check_at_a_terminal() -> None:
    """At a terminal it is a table, and says how many rules there are and where."""
    path = write_rules(RULES.partition('[[rule]]\nname = "the')[0])

    shown = run_at_terminal(80, "rules", "check", NO_COLOR="1")

    assert [
        "THEN    RULE                                CONDITIONS",
        "reject  no candidates                       image *-rc",
        "accept  golden images of the platform team  owner platform, image golden-*, os_",
        "                                            distro debian, min_disk 20, hw_boot",
        "                                            True, shared at least 2d ago,",
        "                                            shared at most 52w ago",
        "accept  上海                                owner mine",
    ] == shown.lines[:7]
    assert f"3 rules in {path}" == "".join(shown.lines[7:]).replace("rules in", "rules in ").replace("  ", " ")


def test_which_file(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """FILE wins over IMGSHARE_RULES, and that over the file beside the config file."""
    for name in ("rules.toml", "environ.toml", "argument.toml"):
        write_rules(build_rule("ask", name), name)
    folder = Path(os.environ["XDG_CONFIG_HOME"], "imgshare")

    assert "rules.toml" in imgshare("rules", "check").out
    monkeypatch.setenv("IMGSHARE_RULES", str(folder / "environ.toml"))
    assert "environ.toml" in imgshare("rules", "check").out
    assert "argument.toml" in imgshare("rules", "check", str(folder / "argument.toml")).out
    monkeypatch.setenv("HOME", str(folder))
    assert "argument.toml" in imgshare("rules", "check", "~/argument.toml").out
    monkeypatch.delenv("IMGSHARE_RULES")
    monkeypatch.setenv("IMGSHARE_CONFIG", str(tmp_path / "config.toml"))
    assert 3 == imgshare("rules", "check").code


def test_no_file(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file, the error has a rule to begin with, which is one as it is shown at a narrow terminal, too."""
    path = Path(os.environ["XDG_CONFIG_HOME"], "imgshare", "rules.toml")

    run = imgshare("rules", "check")
    narrow = run_at_terminal(60, "rules", "check")

    example = ["  [[rule]]", '  name = "images of the platform team"', '  owner = "PROJECT_ID"', '  then = "accept"']
    assert run == Run(
        3,
        "",
        "\n".join(
            [
                f"imgshare: there are no rules: {path} does not exist; it could begin with:",
                *example,
                "hint: PROJECT_ID is an owner you trust: `imgshare list --long` shows whole IDs\n",
            ]
        ),
    )
    assert example == [line for line in narrow.lines if line.startswith("  ")]
    write_rules("\n".join(example).replace("PROJECT_ID", OWNER))
    assert Run(0, f"accept\timages of the platform team\towner {OWNER}\n") == imgshare("rules", "check")
    monkeypatch.setenv("IMGSHARE_ENDPOINT", "http://127.0.0.1:1")
    path.unlink()
    assert 3 == imgshare("plan").code


COMMENTS = st.sampled_from(["", "# name = 1", "  ", '# """', "# [[rule]]"])
VALUES = st.sampled_from(
    ['"a"', "'''\na\n\nb = 1\n'''", "[\n  1, # ]\n\n  2,\n]", '"""\n[[rule]]\n"""', "{ a = 1 }", "1"]
)


@given(st.lists(st.tuples(st.lists(COMMENTS, max_size=3), VALUES), min_size=1, max_size=12), st.data())
@limit_examples(100)
def test_lines(entries: list[tuple[list[str], str]], data: st.DataObject) -> None:
    """The line of a key is that in which it begins, whatever is before it and however long its value is."""
    lines: list[str] = []
    begins = []
    for number, (comments, value) in enumerate(entries):
        lines += [*comments, "[[rule]]", *comments]
        begins.append(len(lines) + 1)
        lines += f"key_{number} = {value}".split("\n")
    chosen = data.draw(st.integers(0, len(entries) - 1))

    assert begins[chosen] == find_line("\n".join(lines), ("rule", chosen, f"key_{chosen}"))
