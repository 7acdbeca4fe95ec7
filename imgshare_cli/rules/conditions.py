"""The conditions of a rule, made ready to be compared with many images."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli import hints
from imgshare_cli.config.durations import format_duration
from imgshare_cli.rules.name_patterns import build_name_test
from imgshare_cli.truncation import truncate_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta

    from imgshare_cli.api.images import Image
    from imgshare_cli.rules.model import HashList, Rule

_MAX_SHOWN_HASH = 20
_MAX_SHOWN = 60


class Facts(NamedTuple):
    """What conditions are about.

    Attributes:
        image: the image.
        age: how long ago it was shared; None where that is not known.
        own_projects: the IDs of the user's own projects.
    """

    image: Image
    age: timedelta | None
    own_projects: frozenset[str]


class Condition(NamedTuple):
    """A condition of a rule.

    Attributes:
        text: what it asks for.
        is_met: whether an image meets it.
        explain: says why one does not.
    """

    text: str
    is_met: Callable[[Facts], bool]
    explain: Callable[[Facts], str]


def build_conditions(rule: Rule) -> tuple[Condition, ...]:
    """Build the conditions of a rule, in the order in which `plan` names the first that failed."""
    return tuple(_build_conditions(rule))


def _build_conditions(rule: Rule) -> Iterator[Condition]:
    if rule.owner is not None:
        yield _require_own_project() if rule.is_about_mine else _require_owner(rule.owner, rule.owner_id)
    if rule.image is not None:
        yield _require_name(rule.image)
    if rule.hashes is not None:
        yield _require_hash(rule.hashes)
    for name, value in rule.properties.items():
        yield _require_property(name, value)
    if rule.older_than is not None:
        yield _require_least_age(rule.older_than)
    if rule.newer_than is not None:
        yield _require_most_age(rule.newer_than)


def _require_owner(owner: str, owner_id: str | None) -> Condition:
    return Condition(
        f"owner {owner}",
        lambda facts: facts.image.owner == owner_id and owner_id is not None,
        lambda _: f"owner is not {owner}",  # which plans show beside it
    )


def _require_own_project() -> Condition:
    def explain(facts: Facts) -> str:
        return "owner is not one of your projects" if facts.own_projects else "your projects are not known"

    return Condition("owner mine", lambda facts: facts.image.owner in facts.own_projects, explain)


def _require_name(pattern: str) -> Condition:
    # Letters are compared as they are, in their case and their normal form: a name that only looks the same is another.
    matches = build_name_test(pattern)
    return Condition(
        f"image {pattern}",
        lambda facts: matches(facts.image.name or ""),
        lambda _: f"name does not match {pattern}",
    )


def _require_hash(hashes: HashList) -> Condition:
    allowed = hashes.hashes
    shown = hashes.source if hashes.is_file else truncate_text(hashes.source, _MAX_SHOWN_HASH)

    def explain(facts: Facts) -> str:
        if facts.image.hash is None:
            return "the image has no hash yet"
        actual = truncate_text(facts.image.hash, _MAX_SHOWN_HASH)
        return f"hash {actual} is not {f'in {shown}' if hashes.is_file else shown}"

    return Condition(
        f"hash in {shown}" if hashes.is_file else f"hash {shown}", lambda facts: facts.image.hash in allowed, explain
    )


def _require_property(name: str, value: str | float | bool) -> Condition:  # noqa: FBT001  (a value of TOML)
    texts, shown = _list_texts(value), _show(str(value))

    def is_met(facts: Facts) -> bool:
        actual = facts.image.raw.get(name)
        return actual in texts if isinstance(actual, str) else not texts.isdisjoint(_list_texts(actual))

    def explain(facts: Facts) -> str:
        actual = facts.image.raw.get(name)
        if actual is None:
            return f"the image has no property {name}"
        return f"{name} is {_show(str(actual)) if _list_texts(actual) else 'not one value'}, not {shown}"

    return Condition(f"{name} {shown}", is_met, explain)


def _list_texts(value: object) -> frozenset[str]:
    """List the texts of a value: Glance keeps every property of an owner as a text, and IMS booleans as well."""
    if isinstance(value, bool):
        return frozenset([str(value), str(value).lower()])
    return frozenset([str(value)] if isinstance(value, str | int) else ())


def _require_least_age(age: timedelta) -> Condition:
    text = format_duration(age)
    return Condition(
        f"shared at least {text} ago",
        lambda facts: facts.age is not None and facts.age >= age,
        lambda facts: _explain_age(facts, f"it was shared less than {text} ago"),
    )


def _require_most_age(age: timedelta) -> Condition:
    text = format_duration(age)
    return Condition(
        f"shared at most {text} ago",
        lambda facts: facts.age is not None and facts.age <= age,
        lambda facts: _explain_age(facts, f"it was shared more than {text} ago"),
    )


def _explain_age(facts: Facts, text: str) -> str:
    return "when it was shared is not known" if facts.age is None else text


def _show(text: str) -> str:
    """Return what a sentence shows of a text from outside."""
    return hints.quote_unless_plain(truncate_text(text, _MAX_SHOWN))
