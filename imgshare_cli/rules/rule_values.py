"""The values of a rule's keys: what each must be, and what it means."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgshare_cli import hints
from imgshare_cli.api.hashes import HASH_LENGTHS, parse_hash
from imgshare_cli.api.models import is_project_id
from imgshare_cli.config.durations import read_duration
from imgshare_cli.config.owners import MINE
from imgshare_cli.errors import ConfigError
from imgshare_cli.rules.model import HashList, Rule, Verdict
from imgshare_cli.rules.name_patterns import can_match
from imgshare_cli.spelling import NAMES, find_close

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.config.owners import OwnerNames

MAX_RULE_NAME = 100
_MAX_TEXT = 255
_VERDICTS = (Verdict.ACCEPT, Verdict.REJECT, Verdict.ASK)
# Two files with the same one have been made.
_BROKEN_HASHES = ("md5", "sha1")
# What conditions of their own are about.
_CONDITIONS = {"owner": "owner", "name": "image", "os_hash_value": "hash", "os_hash_algo": "hash"}


class RuleValueError(Exception):
    """A value is not valid.

    Attributes:
        key_path: the keys that lead to it in the rule; the rule itself where it is empty.
        failure: what is wrong.
        hint: what the user can do.
    """

    def __init__(self, key_path: tuple[str, ...], failure: str, hint: str | None = None) -> None:
        super().__init__(failure)
        self.key_path = key_path
        self.failure = failure
        self.hint = hint


class RuleValues:
    """Reads the values of one rule; what is not valid is a RuleValueError.

    Args:
        table: the keys and values of the rule.
        folder: the folder of the file, from which a path in it leads.
        owners: the names of owners.
        read_hashes: reads a file of hashes; many rules may have the same one.
    """

    def __init__(
        self,
        table: Mapping[str, Any],
        folder: Path,
        owners: OwnerNames,
        read_hashes: Callable[[Path], frozenset[str]],
    ) -> None:
        self._table = table
        self._folder = folder
        self._owners = owners
        self._read_hash_file = read_hashes

    def build_rule(self) -> Rule:
        """Build the rule."""
        owner = self._read_text("owner")
        rule = Rule(
            name=self._read_name(),
            then=self._read_verdict(),
            owner=owner,
            owner_id=self._find_owner_id(owner),
            image=self._read_pattern(),
            hashes=self._read_hashes(),
            older_than=self._read_age("older_than"),
            newer_than=self._read_age("newer_than"),
            properties=self._read_properties(),
        )
        if rule.newer_than is not None and (rule.older_than or timedelta()) >= rule.newer_than:
            raise RuleValueError(
                ("newer_than",), "no image can be shared that recently", "older_than must be less than newer_than"
            )
        return rule

    def _read_text(self, key: str) -> str | None:
        value = self._table.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or len(value) > _MAX_TEXT or not _is_one_line(value):
            raise RuleValueError((key,), f"{key} must be a text of one line, of at most {_MAX_TEXT} characters")
        return value

    def _read_name(self) -> str:
        name = self._read_text("name")
        if name is None:
            raise RuleValueError((), "a rule has no name", 'add name = "…", which plans and the log will show')
        if len(name) > MAX_RULE_NAME:
            raise RuleValueError(("name",), f"the name of a rule is longer than {MAX_RULE_NAME} characters")
        return name

    def _read_verdict(self) -> Verdict:
        then = self._read_text("then")
        if then not in _VERDICTS:
            key_path = () if then is None else ("then",)
            failure = "a rule does not say what to do" if then is None else f"then = {then!r} is not known"
            raise RuleValueError(key_path, failure, f"then is one of {', '.join(_VERDICTS)}")
        return Verdict(then)

    def _find_owner_id(self, owner: str | None) -> str | None:
        if owner is None or owner == MINE:
            return None
        owner_id = self._owners.find_id(owner)
        if is_project_id(owner_id):
            return owner_id.lower()  # as services write it
        names = [*sorted(self._owners.ids), MINE]
        close = find_close(owner, names, cutoff=NAMES, count=1)
        add = hints.build_command("config", "set", hints.quote_word(f"owners.{owner}", "owners.NAME"), "PROJECT_ID")
        raise RuleValueError(
            ("owner",),
            f"owner {owner!r} is neither a project ID nor a name in [owners]",
            f"did you mean {close[0]!r}?" if close else f"known names: {', '.join(names)}; {add} adds one",
        )

    def _read_pattern(self) -> str | None:
        pattern = self._table.get("image")
        if isinstance(pattern, str) and not can_match(pattern):
            raise RuleValueError(
                ("image",), "no name can match this image", "use a name, or a pattern such as golden-*"
            )
        return self._read_text("image")

    def _read_hashes(self) -> HashList | None:
        text, file_name = self._read_text("hash"), self._read_text("hashes")
        if text is not None and file_name is not None:
            raise RuleValueError(("hashes",), "a rule has both hash and hashes", "use one of them")
        if file_name is not None:
            try:
                return HashList(file_name, self._read_hash_file(self._folder / Path(file_name)), is_file=True)
            except ConfigError as exc:
                raise RuleValueError(("hashes",), exc.failure, exc.hint) from exc
        return None if text is None else HashList(text, frozenset([_parse_hash(text)]))

    def _read_age(self, key: str) -> timedelta | None:
        text = self._read_text(key)
        age = None if text is None else read_duration(text)
        if text is not None and age is None:
            raise RuleValueError((key,), f"{key} = {text!r} is not a duration", "use a number and s, m, h, d or w")
        return age

    def _read_properties(self) -> dict[str, str | int | bool]:
        properties = self._table.get("properties", {})
        if not isinstance(properties, dict):
            raise RuleValueError(("properties",), "properties is not a table", 'use { os_distro = "debian" }')
        for name, value in properties.items():
            key_path = ("properties", name)
            if condition := _CONDITIONS.get(name):
                raise RuleValueError(key_path, f"{name} is not a property here", f"use {condition} instead")
            if not isinstance(value, str | int):  # a bool is an int
                raise RuleValueError(key_path, "a property must be a text, a whole number, true or false")
        return properties


def _parse_hash(text: str) -> str:
    algorithm = text.partition(":")[0].strip().lower()
    parsed = parse_hash(text)
    if parsed is None or algorithm not in HASH_LENGTHS:
        raise RuleValueError(
            ("hash",), "hash is not a valid hash", "use sha512:… with the 128 digits of the image's hash"
        )
    if algorithm in _BROKEN_HASHES:
        raise RuleValueError(("hash",), f"{algorithm} proves nothing: two images can have the same", "use sha512:…")
    return parsed


def _is_one_line(text: str) -> bool:
    return re.search(r"[\x00-\x1f\x7f\u2028\u2029]", text) is None
