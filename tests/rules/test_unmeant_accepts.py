"""Nothing is accepted that was not meant, whatever an image's owner writes into it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.examples import limit_examples
from tests.support.hostile_texts import WORDS
from tests.support.rules import HASH, HASHED, OTHER, RuledInbox, build_rule, write_rules
from tests.support.scripted_images import OWNER, build_image

if TYPE_CHECKING:
    from tests.support.run import RunImgshare

pytestmark = pytest.mark.hostile

# Rules as teams have them: an accept for each kind of condition, all of one owner.
RULES = "".join(
    [
        build_rule("accept", "debian", owner='"platform"', image='"golden-debian-*"'),
        build_rule("accept", "hashed", owner='"platform"', hash=f'"{HASH}"'),
        build_rule("accept", "distro", owner='"platform"', properties='{ os_distro = "debian", owner_id = "x" }'),
        build_rule("accept", "mine", owner='"mine"'),
        build_rule("ask", "named", image='"golden-*"'),
    ]
)
# Letters that look like those of `golden`, digits of other scripts, both normal forms, and what globs are made of.
NAMES = st.one_of(
    st.text(),
    st.sampled_from(WORDS),
    st.sampled_from(["golden-debian-12", "golden-*", "*", "[a-z]*", "GOLDEN-DEBIAN-12", "golden-debian-*", OWNER]),
    st.text("g\u0261go\u043e\u03bf0\uff4fl1\u04cfd\u0501e\u0435n\u0578-\u2010\u00e9\u0301*?[]! \n", max_size=20),
)
OWNERS = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.sampled_from([OTHER, OWNER.upper(), f"{OWNER} ", f" {OWNER}", OWNER[:-1], f"{OWNER}0", "platform", "mine", "*"]),
    st.integers() | st.lists(st.just(OWNER)) | st.dictionaries(st.just("id"), st.just(OWNER)) | st.booleans(),
    st.just(OWNER.translate(str.maketrans("0123456789", "".join(map(chr, range(0x0660, 0x066A)))))),
)
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=3), max_size=2)
PROPERTIES = st.dictionaries(
    st.sampled_from(["os_distro", "owner_id", "owners", "rule", "then", "member_id", "mine", "platform"])
    | st.text(max_size=10),
    VALUES | st.sampled_from(["debian", OWNER, "accept"]),
    max_size=6,
)
KNOWN = {
    "id",
    "name",
    "owner",
    "status",
    "visibility",
    "os_hidden",
    "os_hash_algo",
    "os_hash_value",
    "created_at",
    "size",
}


def _build_rows(images: list[tuple[Any, Any, dict[str, Any], dict[str, str]]]) -> list[dict[str, Any]]:
    return [
        {
            **{key: value for key, value in properties.items() if key not in KNOWN},
            **build_image(number, name=name, owner=owner, **hashed),
        }
        for number, (name, owner, properties, hashed) in enumerate(images, start=1)
    ]


IMAGES = st.lists(st.tuples(NAMES, OWNERS, PROPERTIES, st.sampled_from([{}, HASHED])), min_size=1, max_size=20)


def _plan(imgshare: RunImgshare, *options: str) -> list[dict[str, Any]]:
    run = imgshare("plan", "--json", *options)
    assert 0 == run.code, run
    planned: list[dict[str, Any]] = json.loads(run.out)
    return planned


@given(images=IMAGES)
@limit_examples(60)
def test_only_the_owner_counts(imgshare: RunImgshare, ruled: RuledInbox, images: list[Any]) -> None:
    """No image of another owner is accepted, whatever its name, its properties and its hash say."""
    write_rules(RULES)
    ruled.rows["pending"] = _build_rows(images)

    planned = _plan(imgshare)

    assert len(images) == len(planned)
    assert {"ask", "none"} >= {one["decision"] for one in planned}


@given(images=IMAGES)
@limit_examples(30)
def test_only_a_trusted_hash_counts(imgshare: RunImgshare, ruled: RuledInbox, images: list[Any]) -> None:
    """With trusted hashes, what has one is accepted, whoever owns it, and nothing else is."""
    write_rules("trust_service_hashes = true\n" + build_rule("accept", "hash", hash=f'"{HASH}"'))
    rows = _build_rows(images)
    ruled.rows["pending"] = rows

    accepted = {one["image_id"] for one in _plan(imgshare) if one["decision"] == "accept"}

    assert {row["id"] for row in rows if row.get("os_hash_value")} == accepted


@given(names=st.lists(NAMES, min_size=1, max_size=20))
@limit_examples(30)
def test_only_the_meant_names_count(imgshare: RunImgshare, ruled: RuledInbox, names: list[str]) -> None:
    """Of the right owner, a name is accepted that begins with the letters of the pattern, as they are."""
    write_rules(build_rule("accept", "debian", owner='"platform"', image='"golden-debian-*"'))
    ruled.rows["pending"] = [build_image(number, name=name) for number, name in enumerate(names, start=1)]

    assert ["accept" if name.startswith("golden-debian-") else "none" for name in names] == [
        one["decision"] for one in _plan(imgshare)
    ]


def test_ten_megabytes_of_properties(imgshare: RunImgshare, ruled: RuledInbox) -> None:
    """An image with 10 MB of properties is no image; one with all that a list may have is compared like any other."""
    write_rules(RULES)
    ruled.rows["pending"] = [{**build_image(), "os_distro": "debian" * 1_700_000}]
    assert (8, "") == imgshare("plan", "--json")[:2]

    many = {f"property_{number}": "x" * 1000 for number in range(800)}
    ruled.rows["pending"] = [{**many, "os_distro": "debian" * 10_000, **build_image()}]
    write_rules(build_rule("accept", "distro", owner='"platform"', properties='{ os_distro = "debian" }'))
    run = imgshare("plan", "--json")

    reason = f"distro: os_distro is '{'debian' * 10}…', not debian"
    assert [("none", reason)] == [(one["decision"], one["reason"]) for one in json.loads(run.out)]
