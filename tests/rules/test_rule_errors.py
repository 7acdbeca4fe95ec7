"""What is wrong in a file of rules is a config error with the line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.rules import HASH, OWNERS, build_rule, write_rules
from tests.support.run import Run

if TYPE_CHECKING:
    from tests.support.run import RunImgshare


@pytest.fixture(autouse=True)
def config() -> None:
    """A config that names two owners, and no service."""
    write_rules(OWNERS, "config.toml").chmod(0o600)
    write_rules(f"{'a' * 128}  one\n", "SHA512SUMS")


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
