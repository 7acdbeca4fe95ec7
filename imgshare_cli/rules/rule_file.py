"""The file of rules: reading it, and checking that each rule can do what it says."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from imgshare_cli import hints
from imgshare_cli.config.config_file import parse_toml
from imgshare_cli.config.file_reading import read_file
from imgshare_cli.config.known_keys import is_key_name
from imgshare_cli.errors import ConfigError
from imgshare_cli.rules.coverage import find_covering_rule
from imgshare_cli.rules.hash_file import read_hash_file
from imgshare_cli.rules.line_numbers import find_line
from imgshare_cli.rules.model import Rule, Verdict
from imgshare_cli.rules.rule_set import RuleSet
from imgshare_cli.rules.rule_values import RuleValueError, RuleValues

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from imgshare_cli.config.owners import OwnerNames

# Short lines, so that they can be copied out of a message: TOML does not allow its tables to be wrapped.
EXAMPLE = ("[[rule]]", 'name = "images of the platform team"', 'owner = "PROJECT_ID"', 'then = "accept"')
TOP_KEYS = ("trust_service_hashes", "rule")
RULE_KEYS = ("name", "owner", "image", "hash", "hashes", "properties", "older_than", "newer_than", "then")
_MAX_SIZE = 256 << 10
_MAX_RULES = 1000


def read_rule_file(path: Path, owners: OwnerNames) -> RuleSet:
    """Read and check a file of rules.

    Args:
        path: the file.
        owners: the names of owners that rules may use.

    Raises:
        ConfigError: it cannot be read, is not TOML, or has a rule that is not valid or could never match; the message
            has the line.
    """
    try:
        contents = read_file(path, _MAX_SIZE)
    except OSError as exc:
        raise ConfigError(f"cannot read the rules in {path}: {exc.strerror}") from exc
    if contents is None:
        raise ConfigError(
            f"there are no rules: {path} does not exist; it could begin with",
            details=EXAMPLE,
            hint=f"PROJECT_ID is an owner you trust: {hints.build_command('list', '--long')} shows whole IDs",
        )
    document = parse_toml(path, contents.content)
    return _RuleReader(path, contents.content.decode("utf-8-sig"), owners).read(document)


class _RuleReader:
    """Makes rules of a TOML document.

    Args:
        path: the file that it is from.
        content: the text of the file, for the lines in errors.
        owners: the names of owners.
    """

    def __init__(self, path: Path, content: str, owners: OwnerNames) -> None:
        self._path = path
        self._content = content
        self._owners = owners
        self._read_hashes = functools.cache(read_hash_file)

    def read(self, document: Mapping[str, Any]) -> RuleSet:
        """Read all rules."""
        for key in document:
            self._check_key(key, TOP_KEYS, (key,))
        trusts_hashes = document.get("trust_service_hashes", False)
        if not isinstance(trusts_hashes, bool):
            raise self._create_error(("trust_service_hashes",), "trust_service_hashes must be true or false")
        tables = document.get("rule", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise self._create_error(("rule",), "rule is not a list of tables", "begin each rule with [[rule]]")
        if len(tables) > _MAX_RULES:
            raise self._create_error(("rule", _MAX_RULES), f"there are more than {_MAX_RULES} rules")
        rules: dict[str, Rule] = {}
        for index, table in enumerate(tables):
            rule = self._read_rule(index, table, trusts_hashes=trusts_hashes)
            self._check_order(index, rule, rules)
            rules[rule.name] = rule
        return RuleSet(tuple(rules.values()), self._path, trusts_hashes)

    def _read_rule(self, index: int, table: Mapping[str, Any], *, trusts_hashes: bool) -> Rule:
        for key in table:
            self._check_key(key, RULE_KEYS, ("rule", index, key))
        try:
            rule = RuleValues(table, self._path.parent, self._owners, self._read_hashes).build_rule()
        except RuleValueError as exc:
            raise self._create_error(("rule", index, *exc.key_path), exc.failure, exc.hint) from exc
        if rule.then is Verdict.ACCEPT and not (rule.owner or (rule.hashes and trusts_hashes)):
            raise self._create_unsafe_error(index, rule)
        return rule

    def _check_order(self, index: int, rule: Rule, earlier: Mapping[str, Rule]) -> None:
        if rule.name in earlier:
            raise self._create_error(("rule", index, "name"), f"another rule is named {rule.name!r} as well")
        if covering := find_covering_rule(earlier.values(), rule):
            raise self._create_error(
                ("rule", index),
                f"the rule {rule.name!r} could never match: {covering.name!r} above it matches all that it could",
                "the first rule that matches decides: move the narrower one up, or remove it",
            )

    def _check_key(self, key: str, known: Sequence[str], key_path: tuple[str | int, ...]) -> None:
        if key not in known:
            # What is no key may be a secret that was pasted into the wrong place.
            what = f"unknown key {key}" if is_key_name(key) else "an unknown key, which is not shown"
            belongs = f"{key} belongs at the top, above the first rule; " if key in TOP_KEYS else ""
            raise self._create_error(key_path, what, f"{belongs}known keys: {', '.join(known)}")

    def _create_unsafe_error(self, index: int, rule: Rule) -> ConfigError:
        return self._create_error(
            ("rule", index),
            f"the rule {rule.name!r} accepts images of any owner",
            "add the owner: an owner may state any hash, unless trust_service_hashes = true at the top says that the"
            " service computes it"
            if rule.hashes
            else "add the owner: anyone may give an image any name and any properties",
        )

    def _create_error(self, key_path: tuple[str | int, ...], failure: str, hint: str | None = None) -> ConfigError:
        line = find_line(self._content, key_path)
        where = f"{self._path}, line {line}" if line else str(self._path)
        return ConfigError(f"{where}: {failure}", hint=hint)
