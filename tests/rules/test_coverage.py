"""Rules that could never match, because an earlier one takes all that they could."""

from __future__ import annotations

import fnmatch
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgshare_cli.api.images import Image, Share
from imgshare_cli.api.models import Member, Status
from imgshare_cli.rules.conditions import Facts, build_conditions
from imgshare_cli.rules.coverage import find_covering_rule
from imgshare_cli.rules.model import HashList, Rule, Verdict
from imgshare_cli.rules.name_patterns import build_name_test
from imgshare_cli.rules.rule_set import RuleSet, compute_age
from tests.support.examples import limit_examples
from tests.support.fake_service import MEMBER, build_member
from tests.support.rules import HASH, OTHER, OWNERS, build_rule, write_rules
from tests.support.scripted_images import OWNER, build_image

if TYPE_CHECKING:
    from tests.support.run import RunImgshare

ANY: dict[str, str] = {}
DEBIAN = {"image": '"debian-*"'}
PROPERTY = {"properties": '{ os_distro = "debian" }'}


@pytest.mark.parametrize(
    ("earlier", "later", "covers"),
    [
        (ANY, ANY, True),
        (ANY, DEBIAN, True),
        (DEBIAN, ANY, False),
        (DEBIAN, DEBIAN, True),
        ({"image": '"*"'}, DEBIAN, True),
        (DEBIAN, {"image": '"debian-12"'}, True),
        (DEBIAN, {"image": '"debian-1*-rc"'}, True),
        (DEBIAN, {"image": '"debian*"'}, False),
        (DEBIAN, {"image": '"Debian-12"'}, False),
        ({"image": '"debian-?"'}, DEBIAN, False),
        ({"image": '"debian-?"'}, {"image": '"debian-1"'}, True),
        ({"image": '"*a*"'}, {"image": '"[ab]"'}, False),
        ({"owner": '"platform"'}, {"owner": f'"{OWNER.upper()}"'}, True),
        ({"owner": '"platform"'}, {"owner": '"vendor"'}, False),
        ({"owner": '"platform"'}, {"owner": '"mine"'}, False),
        ({"owner": '"mine"'}, {"owner": '"platform"'}, False),
        ({"owner": '"mine"'}, {"owner": '"mine"', **DEBIAN}, True),
        (PROPERTY, PROPERTY, True),
        (PROPERTY, {"properties": '{ os_distro = "debian", b = 1 }'}, True),
        (PROPERTY, {"properties": '{ os_distro = "rocky" }'}, False),
        ({"properties": "{ a = 1 }"}, {"properties": "{ a = true }"}, False),
        ({"older_than": '"1d"'}, {"older_than": '"24h"'}, True),
        ({"older_than": '"1d"'}, {"older_than": '"2d"'}, True),
        ({"older_than": '"1d"'}, {"older_than": '"1h"'}, False),
        ({"newer_than": '"1d"'}, {"newer_than": '"1h"'}, True),
        ({"newer_than": '"1h"'}, {"newer_than": '"1d"'}, False),
        ({"newer_than": '"1h"'}, {"older_than": '"1d"'}, False),
        ({"hash": f'"{HASH}"'}, {"hash": f'"{HASH.upper()}"'}, True),
        ({"hash": f'"{HASH}"'}, {"hash": f'"{HASH[:-1]}0"'}, False),
        ({"hashes": '"SUMS"'}, {"hash": f'"{HASH}"'}, True),
        ({"hash": f'"{HASH}"'}, {"hashes": '"SUMS"'}, False),
    ],
)
def test_coverage(imgshare: RunImgshare, earlier: dict[str, str], later: dict[str, str], covers: bool) -> None:  # noqa: FBT001
    """A rule below one whose conditions are among its own, or wider, is a config error; any other is not."""
    write_rules(OWNERS, "config.toml").chmod(0o600)
    write_rules(f"{HASH.partition(':')[2]}  a\n{'a' * 128}  b\n", "SUMS")
    write_rules(build_rule("ask", "earlier", **earlier) + build_rule("reject", "later", **later))

    run = imgshare("rules", "check")

    assert (3 if covers else 0) == run.code, run
    assert covers == ("the rule 'later' could never match: 'earlier' above it matches all" in run.err)


AGES = st.none() | st.sampled_from([1, 2, 3]).map(lambda days: timedelta(days=days))
NAMES = st.text("ab", max_size=4)
RULES = st.builds(
    Rule,
    name=st.just("x"),
    then=st.just(Verdict.ASK),
    owner=st.sampled_from([None, OWNER, OTHER]),
    image=st.none() | st.text("ab*?[]!", min_size=1, max_size=4),
    hashes=st.none()
    | st.frozensets(st.sampled_from(["md5:a", "md5:b"]), min_size=1).map(
        lambda hashes: HashList("x", hashes, is_file=True)
    ),
    older_than=AGES,
    newer_than=AGES,
    properties=st.dictionaries(st.sampled_from("pq"), st.sampled_from(["1", 1, True, "true"]), max_size=2),
).map(lambda rule: Rule(**{**vars(rule), "owner_id": rule.owner}))
NOW = datetime(2026, 5, 1, tzinfo=UTC)


FACTS = (
    NAMES,
    st.sampled_from([OWNER, OTHER, MEMBER]),
    st.sampled_from([{}, {"os_hash_algo": "md5", "os_hash_value": "a"}]),
    st.dictionaries(st.sampled_from("pq"), st.sampled_from(["1", 1, True, "true"])),
    st.integers(0, 4),
)


def _build_share(name: str, owner: str, hashed: dict[str, str], properties: dict[str, object], days: int) -> Share:
    image = Image.from_json(build_image(1, name=name, owner=owner, **hashed, **properties))
    updated_at = f"{NOW - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
    return Share(image, MEMBER, Status.PENDING, Member.from_json(build_member("pending", updated_at=updated_at)))


SHARES = st.builds(_build_share, *FACTS)


@given(RULES, RULES, SHARES)
@limit_examples(1500)
def test_nothing_passes_a_rule_that_covers(earlier: Rule, later: Rule, share: Share) -> None:
    """Whatever matches a rule that is covered matches the one that covers it."""

    def matches(rule: Rule) -> bool:
        return RuleSet((rule,)).judge(share, NOW).verdict is Verdict.ASK

    if find_covering_rule([earlier], later) and matches(later):
        assert matches(earlier)


@given(st.lists(RULES, min_size=1, max_size=6), SHARES)
@limit_examples(1000)
def test_the_first_and_the_nearest(rules: list[Rule], share: Share) -> None:
    """The first rule decides of which all conditions are met; else that is named of which the most are."""
    rules = [replace(rule, name=f"rule {number}") for number, rule in enumerate(rules)]
    facts = Facts(share.image, compute_age(share, NOW), frozenset())
    met = [[condition.is_met(facts) for condition in build_conditions(rule)] for rule in rules]

    ruling = RuleSet(tuple(rules)).judge(share, NOW)

    first = next((rule.name for rule, one in zip(rules, met, strict=True) if all(one)), None)
    assert first == ruling.rule
    if first is None:
        nearest = met.index(max(met, key=sum))
        failed = build_conditions(rules[nearest])[met[nearest].index(False)]
        assert f"rule {nearest}: {failed.explain(facts)}" == ruling.reason


@given(st.text("ab*?[]!", max_size=6), st.text("ab*?[]!\n", max_size=6))
@limit_examples(2000)
def test_patterns(pattern: str, name: str) -> None:
    """A name matches a pattern as in `list --name`: by fnmatch, or as it is."""
    assert (name == pattern or fnmatch.fnmatchcase(name, pattern)) == build_name_test(pattern)(name)
