"""What rules say about an image: a table of conditions, and who wins where several match."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fake_service import MEMBER
from tests.support.rules import HASH, HASHED, OTHER, build_rule, write_rules
from tests.support.scripted_images import OWNER, build_image, build_image_id

if TYPE_CHECKING:
    from tests.support.rules import RuledInbox
    from tests.support.run import RunImgshare

PLATFORM = '"platform"'
TRUST = "trust_service_hashes = true\n"
ONLY_HASH = TRUST + build_rule(hash=f'"{HASH}"')
Decision = tuple[str, str | None, str]
MET = "accept", "golden"


def _plan(imgshare: RunImgshare, ruled: RuledInbox, rules: str, *options: str, **image: Any) -> Decision:
    """Plan for one image: the decision, the rule and the reason."""
    write_rules(rules)
    ruled.rows["pending"] = [build_image(1, **image)]
    run = imgshare("plan", "--json", *options)
    assert (0, "") == (run.code, run.err), run
    [planned] = json.loads(run.out)
    return planned["decision"], planned["rule"], planned["reason"]


def _when(owner: str = PLATFORM, **conditions: str) -> str:
    return build_rule(owner=owner, **conditions)


@pytest.mark.parametrize(
    ("rules", "image", "decision"),
    [
        # The owner, by name and by ID, which is compared as services write it.
        (_when(), {}, (*MET, "owner platform")),
        (_when(f'"{OWNER}"'), {}, (*MET, f"owner {OWNER}")),
        (_when(f'"{OWNER.upper()}"'), {}, (*MET, f"owner {OWNER.upper()}")),
        (_when(), {"owner": OTHER}, ("none", None, "golden: owner is not platform")),
        (_when(), {"owner": None}, ("none", None, "golden: owner is not platform")),
        (_when(), {"owner": "platform"}, ("none", None, "golden: owner is not platform")),
        (_when(), {"owner": OWNER.upper()}, ("none", None, "golden: owner is not platform")),
        (_when(), {"owner": f"{OWNER} "}, ("none", None, "golden: owner is not platform")),
        # The name, in its case and its normal form.
        (_when(image='"golden*"'), {}, (*MET, "owner platform, image golden*")),
        (_when(image='"g?[l]den"'), {}, (*MET, "owner platform, image g?[l]den")),
        (_when(image='"[red] hat"'), {"name": "[red] hat"}, (*MET, "owner platform, image [red] hat")),
        (_when(image='"golden"'), {"name": "Golden"}, ("none", None, "golden: name does not match golden")),
        (_when(image='"golden"'), {"name": "g\u043elden"}, ("none", None, "golden: name does not match golden")),
        (_when(image='"golden"'), {"name": "golden\n"}, ("none", None, "golden: name does not match golden")),
        (_when(image='"golden"'), {"name": "golden*"}, ("none", None, "golden: name does not match golden")),
        (_when(image='"\u00e9*"'), {"name": "e\u0301"}, ("none", None, "golden: name does not match \u00e9*")),
        (_when(image='"\u6570\u636e*"'), {"name": "\u6570\u636e\u5e93"}, (*MET, "owner platform, image \u6570\u636e*")),
        (_when(image='"golden"'), {"name": None}, ("none", None, "golden: name does not match golden")),
        # The hash, which an owner may state as well.
        (_when(hash=f'"{HASH.upper()}"'), HASHED, (*MET, f"owner platform, hash {HASH.upper()[:20]}…")),
        (_when(hash=f'"{HASH}"'), {}, ("none", None, "golden: the image has no hash yet")),
        (
            _when(hash=f'"{HASH}"'),
            {**HASHED, "os_hash_algo": "blake2b"},
            ("none", None, f"golden: hash blake2b:0123456789ab… is not {HASH[:20]}…"),
        ),
        (ONLY_HASH, HASHED, (*MET, f"hash {HASH[:20]}…")),
        (ONLY_HASH, {**HASHED, "owner": OTHER}, (*MET, f"hash {HASH[:20]}…")),
        # Properties, which Glance keeps as texts.
        (
            _when(properties='{ os_distro = "debian" }'),
            {"os_distro": "debian"},
            (*MET, "owner platform, os_distro debian"),
        ),
        (
            _when(properties='{ os_distro = "debian" }'),
            {"os_distro": "\u202edebian\n"},
            ("none", None, r"golden: os_distro is '\u202edebian\n', not debian"),
        ),
        (_when(properties="{ hw_boot = true }"), {"hw_boot": "True"}, (*MET, "owner platform, hw_boot True")),
        (_when(properties="{ hw_boot = true }"), {"hw_boot": True}, (*MET, "owner platform, hw_boot True")),
        (_when(properties="{ hw_boot = true }"), {"hw_boot": 1}, ("none", None, "golden: hw_boot is 1, not True")),
        (_when(properties="{ min_disk = 20 }"), {"min_disk": 20}, (*MET, "owner platform, min_disk 20")),
        (_when(properties="{ min_disk = 1 }"), {"min_disk": True}, ("none", None, "golden: min_disk is True, not 1")),
        (_when(properties="{ n = 20 }"), {"n": "20"}, (*MET, "owner platform, n 20")),
        (_when(properties='{ min_disk = "20" }'), {"min_disk": 20}, (*MET, "owner platform, min_disk 20")),
        (_when(properties='{ protected = "true" }'), {"protected": True}, (*MET, "owner platform, protected true")),
        (_when(properties='{ n = "1" }'), {"n": "01"}, ("none", None, "golden: n is 01, not 1")),
        (_when(properties='{ n = "1" }'), {}, ("none", None, "golden: the image has no property n")),
        (_when(properties='{ tags = "a" }'), {"tags": ["a"]}, ("none", None, "golden: tags is not one value, not a")),
        # Other ends than acceptance need no owner.
        (build_rule("reject", image='"win*"'), {"name": "win-10"}, ("reject", "golden", "image win*")),
        (build_rule("ask"), {}, ("ask", "golden", "any image")),
        ("", {}, ("none", None, "there are no rules")),
    ],
)
def test_conditions(
    imgshare: RunImgshare, ruled: RuledInbox, rules: str, image: dict[str, Any], decision: Decision
) -> None:
    """A rule matches an image that meets all of its conditions, and else the plan says which one failed."""
    assert decision == _plan(imgshare, ruled, rules, **image)


@pytest.mark.parametrize(
    ("image", "decision"),
    [
        ({"name": "golden-rc"}, ("reject", "no candidates", "image *-rc")),
        ({"name": "golden-rc", "owner": OTHER}, ("reject", "no candidates", "image *-rc")),
        ({"name": "golden-1"}, ("accept", "platform", "owner platform, image golden-*")),
        ({"name": "golden-1", "owner": OTHER}, ("ask", "vendor", "owner vendor")),
        # Of the conditions of `platform` one is met, of the others none or as many.
        ({"name": "golden-1", "owner": MEMBER[::-1]}, ("none", None, "platform: owner is not platform")),
        ({"name": "other"}, ("none", None, "platform: name does not match golden-*")),
        ({"name": "other", "owner": MEMBER[::-1]}, ("none", None, "no candidates: name does not match *-rc")),
    ],
)
def test_the_first_rule_decides(
    imgshare: RunImgshare, ruled: RuledInbox, image: dict[str, Any], decision: Decision
) -> None:
    """The first rule that matches decides; where none does, that with the most conditions met is named."""
    rules = (
        build_rule("reject", "no candidates", image='"*-rc"')
        + build_rule("accept", "platform", owner=PLATFORM, image='"golden-*"')
        + build_rule("ask", "vendor", owner='"vendor"')
    )

    assert decision == _plan(imgshare, ruled, rules, **image)


def test_hashes(imgshare: RunImgshare, ruled: RuledInbox) -> None:
    """A file as `sha512sum` writes it has the hashes; what the files are called in it means nothing."""
    other = "f" * 128
    write_rules(
        f"# what follows is of three versions of sha512sum\n\n{other.upper()} *golden\n"
        f"\\{HASH.partition(':')[2]}  a\\nb\nSHA512 (x) = {'e' * 128}\r\n",
        "SHA512SUMS",
    )
    rules = build_rule(owner=PLATFORM, hashes='"SHA512SUMS"')

    for digest in (HASH.partition(":")[2], other, "e" * 128, "E" * 128):
        image = {"os_hash_algo": "sha512", "os_hash_value": digest}
        assert (*MET, "owner platform, hash in SHA512SUMS") == _plan(imgshare, ruled, rules, **image)
    image = {"os_hash_algo": "sha512", "os_hash_value": "d" * 128}
    assert ("none", None, "golden: hash sha512:ddddddddddddd… is not in SHA512SUMS") == _plan(
        imgshare, ruled, rules, **image
    )


def _ago(**age: float) -> str:
    return f"{datetime.now(UTC) - timedelta(**age):%Y-%m-%dT%H:%M:%SZ}"


class _Times:
    """Answers with shares that were made and changed at some time."""

    def __init__(self, status: str, created_at: str | None, updated_at: str | None) -> None:
        self._member = {"status": status, "created_at": created_at, "updated_at": updated_at}

    def patch(self, ruled: RuledInbox) -> None:
        reply = ruled.reply

        def reply_with_times(method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
            status, content = reply(method, path, query, body)
            return status, {**content, **self._member} if "/members/" in path else content

        ruled.reply = reply_with_times  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("age", "shared", "decision"),
    [
        ({"older_than": '"24h"'}, 48, (*MET, "owner platform, shared at least 1d ago")),
        ({"older_than": '"1d"'}, 23, ("none", None, "golden: it was shared less than 1d ago")),
        ({"newer_than": '"90m"'}, 1, (*MET, "owner platform, shared at most 90m ago")),
        ({"newer_than": '"1w"'}, 8 * 24, ("none", None, "golden: it was shared more than 1w ago")),
        ({"older_than": '"1d"'}, None, ("none", None, "golden: when it was shared is not known")),
        ({"older_than": '"1d"'}, "yesterday", ("none", None, "golden: when it was shared is not known")),
        ({"older_than": '"1d"'}, "1600-01-01T00:00:00Z", ("none", None, "golden: when it was shared is not known")),
        ({"older_than": '"0s"'}, -24, ("none", None, "golden: it was shared less than 0s ago")),
    ],
)
def test_ages(
    imgshare: RunImgshare, ruled: RuledInbox, age: dict[str, str], shared: int | str | None, decision: Decision
) -> None:
    """The age is that of the share, which is not that of its image, nor that of a share before."""
    # Hours, as the names of tests must be the same in each process that collects them.
    shared_at = _ago(hours=shared) if isinstance(shared, int) else shared
    _Times("pending", _ago(days=400), shared_at).patch(ruled)

    assert decision == _plan(imgshare, ruled, _when(**age))
    assert f"/v2/images/{build_image_id(1)}/members/{MEMBER}" in [path for _, path, _ in ruled.requests]


def test_the_age_of_what_was_decided_about(imgshare: RunImgshare, ruled: RuledInbox) -> None:
    """After a decision, the time of the first share counts: a share does not become new by being decided about."""
    _Times("rejected", _ago(days=2), _ago(minutes=1)).patch(ruled)
    write_rules(_when(older_than='"1d"'))
    ruled.rows["rejected"] = [build_image(1)]

    [planned] = imgshare("plan", "--json", "--status", "rejected").json()

    assert (*MET, "owner platform, shared at least 1d ago") == (planned["decision"], planned["rule"], planned["reason"])


def test_no_share_is_read_without_need(imgshare: RunImgshare, ruled: RuledInbox) -> None:
    """Where no rule asks for an age, the requests are those of `list`."""
    _plan(imgshare, ruled, _when(image='"golden"'))
    planned = ruled.requests.copy()
    ruled.requests.clear()

    assert 0 == imgshare("list", "--json").code
    assert ruled.requests == planned


def test_normal_forms(imgshare: RunImgshare, ruled: RuledInbox) -> None:
    """A pattern in one normal form matches no name in the other."""
    composed, decomposed = "Z\u00fcrich-1", "Zu\u0308rich-1"

    assert "accept" == _plan(imgshare, ruled, _when(image='"Z\u00fcrich-*"'), name=composed)[0]
    assert "none" == _plan(imgshare, ruled, _when(image='"Z\u00fcrich-*"'), name=decomposed)[0]
