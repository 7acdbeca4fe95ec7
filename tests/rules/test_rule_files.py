"""The file of rules: what `rules check` prints, and what is an error with its line."""

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
    """Without a file, the error has a rule to begin with, which is one."""
    path = Path(os.environ["XDG_CONFIG_HOME"], "imgshare", "rules.toml")

    run = imgshare("rules", "check")

    example = 'rule = [{ name = "images of the platform team", owner = "PROJECT_ID", then = "accept" }]'
    assert (
        Run(3, "", f"imgshare: there are no rules: {path} does not exist\nhint: write it, for example: {example}\n")
        == run
    )
    write_rules(example.replace("PROJECT_ID", OWNER))
    assert Run(0, f"accept\timages of the platform team\towner {OWNER}\n") == imgshare("rules", "check")
    monkeypatch.setenv("IMGSHARE_ENDPOINT", "http://127.0.0.1:1")
    path.unlink()
    assert 3 == imgshare("plan").code


def _with(**conditions: str) -> str:
    return build_rule(owner='"platform"', **conditions)


FIRST = build_rule("ask", "first", owner='"vendor"')  # four lines
KEYS = "name, owner, image, hash, hashes, properties, older_than, newer_than, then"
UNSAFE = "the rule 'golden' accepts images of any owner"
STATED = (
    "add the owner: an owner may state any hash, unless trust_service_hashes = true at the top says that the service "
    "computes it"
)
BAD = {
    "an unknown key": (FIRST + _with(imgae='"x"'), "line 8: unknown key imgae", f"known keys: {KEYS}"),
    "a key of the top": (
        _with(trust_service_hashes="true"),
        "line 4: unknown key trust_service_hashes",
        f"trust_service_hashes belongs at the top, above the first rule; known keys: {KEYS}",
    ),
    "a secret": (
        FIRST + _with(**{f'"{"x" * 40}"': '"x"'}),
        "line 8: an unknown key, which is not shown",
        f"known keys: {KEYS}",
    ),
    "an unknown table": ("a = 1\n", "line 1: unknown key a", "known keys: trust_service_hashes, rule"),
    "trust": ("\ntrust_service_hashes = 1", "line 2: trust_service_hashes must be true or false", None),
    "one rule": ("[rule]\nname = 'x'", "line 1: rule is not a list of tables", "begin each rule with [[rule]]"),
    "a list": ("rule = [1]", "line 1: rule is not a list of tables", "begin each rule with [[rule]]"),
    "no name": (
        "\n[[rule]]\nthen = 'ask'",
        "line 2: a rule has no name",
        'add name = "…", which plans and the log will show',
    ),
    "a long name": (build_rule("ask", "x" * 101), "line 2: the name of a rule is longer than 100 characters", None),
    "an empty name": (
        build_rule("ask", " "),
        "line 2: name must be a text of one line, of at most 255 characters",
        None,
    ),
    "two lines": (
        build_rule("ask", "a\\nb"),
        "line 2: name must be a text of one line, of at most 255 characters",
        None,
    ),
    "a name twice": (FIRST + build_rule("ask", "first"), "line 6: another rule is named 'first' as well", None),
    "no end": ("[[rule]]\nname = 'x'", "line 1: a rule does not say what to do", "then is one of accept, reject, ask"),
    "another end": (build_rule("none"), "line 3: then = 'none' is not known", "then is one of accept, reject, ask"),
    "an owner": (
        _with().replace("platform", "plattform"),
        "line 3: owner 'plattform' is neither a project ID nor a name in [owners]",
        "did you mean 'platform'?",
    ),
    "an owner that is not known": (
        _with().replace("platform", "x"),
        "line 3: owner 'x' is neither a project ID nor a name in [owners]",
        "known names: platform, vendor, mine; `imgshare config set owners.x PROJECT_ID` adds one",
    ),
    "a number": (build_rule(owner="1"), "line 3: owner must be a text of one line, of at most 255 characters", None),
    "no owner": (
        build_rule(image='"x"'),
        f"line 1: {UNSAFE}",
        "add the owner: anyone may give an image any name and any properties",
    ),
    "a hash alone": (
        build_rule(hash=f'"{HASH}"'),
        f"line 1: {UNSAFE}",
        STATED,
    ),
    "no hash, trusted": (
        "trust_service_hashes = true\n" + build_rule(),
        f"line 2: {UNSAFE}",
        "add the owner: anyone may give an image any name and any properties",
    ),
    "no glob": (_with(image='""'), "line 4: no name can match this image", "use a name, or a pattern such as golden-*"),
    "an empty set": (
        _with(image='"[z-a]"'),
        "line 4: no name can match this image",
        "use a name, or a pattern such as golden-*",
    ),
    "a short hash": (
        _with(hash='"sha512:ab"'),
        "line 4: hash is not a valid hash",
        "use sha512:… with the 128 digits of the image's hash",
    ),
    "an unknown hash": (
        _with(hash='"sha9:ab"'),
        "line 4: hash is not a valid hash",
        "use sha512:… with the 128 digits of the image's hash",
    ),
    "a broken hash": (
        _with(hash=f'"md5:{"a" * 32}"'),
        "line 4: md5 proves nothing: two images can have the same",
        "use sha512:…",
    ),
    "two hashes": (
        _with(hash=f'"{HASH}"', hashes='"SHA512SUMS"'),
        "line 5: a rule has both hash and hashes",
        "use one of them",
    ),
    "no hash file": (
        _with(hashes='"SUMS"'),
        "line 4: cannot read the hashes in FOLDER/SUMS: there is no such file",
        None,
    ),
    "a folder": (
        _with(hashes='"."'),
        "line 4: cannot read the hashes in FOLDER: it is not a regular file",
        None,
    ),
    "an age": (
        _with(older_than='"1 day"'),
        "line 4: older_than = '1 day' is not a duration",
        "use a number and s, m, h, d or w",
    ),
    "an age without a unit": (
        _with(older_than="1"),
        "line 4: older_than must be a text of one line, of at most 255 characters",
        None,
    ),
    "ages": (
        _with(older_than='"7d"', newer_than='"1w"'),
        "line 5: no image can be shared that recently",
        "older_than must be less than newer_than",
    ),
    "now": (
        _with(newer_than='"0s"'),
        "line 4: no image can be shared that recently",
        "older_than must be less than newer_than",
    ),
    "properties": (_with(properties="1"), "line 4: properties is not a table", 'use { os_distro = "debian" }'),
    "a property": (
        _with(properties="{ a = 1.5 }"),
        "line 4: a property must be a text, a whole number, true or false",
        None,
    ),
    "the owner as a property": (
        _with(properties='{ owner = "x" }'),
        "line 4: owner is not a property here",
        "use owner instead",
    ),
    "the hash as a property": (
        _with(properties='{ os_hash_value = "x" }'),
        "line 4: os_hash_value is not a property here",
        "use hash instead",
    ),
    "a rule below another": (
        _with() + build_rule("reject", "debian", owner='"platform"', image='"debian-*"'),
        "line 5: the rule 'debian' could never match: 'golden' above it matches all that it could",
        "the first rule that matches decides: move the narrower one up, or remove it",
    ),
}


@pytest.mark.parametrize(("text", "failure", "hint"), BAD.values(), ids=BAD)
def test_errors(imgshare: RunImgshare, text: str, failure: str, hint: str | None) -> None:
    """What is wrong is a config error with the line and, where there is one, the way out."""
    path = write_rules(text)

    run = imgshare("rules", "check")

    expected = f"imgshare: {path}, {failure.replace('FOLDER', str(path.parent))}\n" + (
        f"hint: {hint}\n" if hint else ""
    )
    assert Run(3, "", expected) == run
    assert {"code": "config", "hint": hint} == {
        key: imgshare("rules", "check", "--json").error()[key] for key in ("code", "hint")
    }


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        ("x", "line 1 of SUMS is not as sha512sum writes it"),
        (f"{'a' * 128}  x\n{'a' * 64}  x\n", "line 2 of SUMS is not as sha512sum writes it"),
        (f"{'a' * 128}", "line 1 of SUMS is not as sha512sum writes it"),
        ("# none\n\n", "SUMS has no hashes, so the rule could never match"),
        ("", "SUMS has no hashes, so the rule could never match"),
    ],
)
def test_hash_files(imgshare: RunImgshare, content: str, failure: str) -> None:
    """A file of hashes has lines as `sha512sum` writes them, and at least one."""
    path = write_rules(content, "SUMS")
    rules = write_rules(_with(hashes='"SUMS"'))

    message = imgshare("rules", "check", "--json").error()["message"]

    assert f"{rules}, line 4: {failure.replace('SUMS', str(path), 1)}" == message


def test_files_that_are_none(imgshare: RunImgshare) -> None:
    """What cannot be read, is too large or is not TOML is a config error, and none of it is shown."""
    path = write_rules("")
    for content, failure in (
        (b"[[rule]]\nname = secret", f"{path} is not valid TOML: Invalid value (at line 2, column 8)"),
        (b"\xff", f"{path} is not valid TOML: it is not UTF-8 text"),
        (b"#" * (257 << 10), f"cannot read the rules in {path}: it is larger than 256 KiB"),
        (b"[[rule]]\n" * 1001, f"{path}, line 1001: there are more than 1000 rules"),
    ):
        path.write_bytes(content)
        assert (3, "", f"imgshare: {failure}") == (*(run := imgshare("rules", "check"))[:2], run.err.partition("\n")[0])
    path.unlink()
    os.mkfifo(path)
    assert Run(3, "", f"imgshare: cannot read the rules in {path}: it is not a regular file\n") == imgshare(
        "rules", "check"
    )


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
