"""docs/rules.md keeps in step with the code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imgshare_cli.rules.rule_file import RULE_KEYS
from tests.support.rules import OWNERS, build_rule, write_rules

if TYPE_CHECKING:
    from tests.support.rules import RuledInbox
    from tests.support.run import RunImgshare

PAGE = Path(__file__).parents[2].joinpath("docs/rules.md").read_text(encoding="utf-8")
FILES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
HASHES = f"{'a' * 128}  debian-12.qcow2\n"


@pytest.mark.parametrize("text", FILES, ids=range(len(FILES)))
def test_every_file_is_right(imgshare: RunImgshare, text: str) -> None:
    """Each file of rules on the page passes `rules check`."""
    write_rules(OWNERS, "config.toml").chmod(0o600)
    write_rules(HASHES, "SHA512SUMS")
    write_rules(text)

    run = imgshare("rules", "check")

    assert (0, "", text.count("[[rule]]")) == (run.code, run.err, len(run.out.splitlines()))


def test_every_key_is_described() -> None:
    """The page has a line for each key of a rule, and none besides."""
    table = PAGE.partition("| key | what it asks for |")[2].partition("\n\n")[0]

    assert set(RULE_KEYS) == set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


def test_the_keys_of_json(imgshare: RunImgshare, ruled: RuledInbox) -> None:
    """The object on the page has the keys of a plan's, and the table those of a rule's."""
    write_rules(build_rule("ask"))
    ruled.rows["pending"] = [ruled.image("c26a7205-6924-55d2-a1a9-c6d6caeb44f2")]

    [planned] = json.loads(imgshare("plan", "--json").out)
    [rule] = json.loads(imgshare("rules", "check", "--json").out)

    [[shown]] = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    table = PAGE.partition("| key | value |")[2].partition("\n\n")[0]
    assert list(planned) == list(shown)
    assert set(rule) == {key for line in table.splitlines() for key in re.findall(r"`(\w+)`", line.partition(" | ")[0])}
