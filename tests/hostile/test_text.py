"""Whatever text comes from outside, what is shown of it is visible, and nothing of it acts on a terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from imgshare_cli.terminal.messages import clean
from tests.support.examples import limit_examples
from tests.support.fake_service import IMAGE, MEMBER, TOKEN, build_response
from tests.support.last_list import write_names
from tests.support.run import TOOL
from tests.support.terminal import run_at_terminal

if TYPE_CHECKING:
    from tests.support.fake_service import StartService
    from tests.support.run import RunImgshare

pytestmark = pytest.mark.hostile

# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt, version 16.
IGNORABLE = (
    "00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0 FFF0-FFF8 "
    "1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
)
# Characters that are invisible according to their name in the standard, except symbols for such characters.
EMPTY = re.compile(r"\b(FILLER|SELECTOR|JOINER|INHERENT|BLANK|INVISIBLE|ZERO WIDTH|NULL NOTEHEAD|SPACE)\b")
DRAWN = re.compile(r"SYMBOL|GAP FILLER|LINE FILLER|PUNCTUATION SPACE FILLER|SIGNWRITING|HALF FILL SPACE")
HONEST = [
    "golden-debian-12",
    "Ubuntu 24.04 (minimal)",
    "镜像　测试",
    "イメージ",
    "한국어",
    "한국어",
    "صورة ذهبية",
    "مُحَمَّد",
    "תמונה",
    "שָׁלוֹם",
    "इमेज क्षत्रिय",
    "รูปภาพที่",
    "བོད་ཡིག",
    "Việt Nam",
    "Việt",
    "café ČSSR øß",
    "образ",
    "🐧🎉",
    "👩🏽",
    "a·b “c” … №5 ½ €",
]


def _expand_ranges(text: str) -> set[str]:
    found = set()
    for part in text.split():
        first, _, last = part.partition("-")
        found |= {chr(code) for code in range(int(first, 16), int(last or first, 16) + 1)}
    return found


def _escape_text(text: str) -> str:
    return "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}" for c in text)


def test_every_character() -> None:
    """Of all the characters there are, each is left as it is and seen, or is an escape that names it."""
    ignorable = _expand_ranges(IGNORABLE)
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        came = clean(f"a{char}")[1:]
        if came != char:
            assert _escape_text(char) == came
            continue
        category, name = unicodedata.category(char), unicodedata.name(char, "")
        assert category not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}, hex(code)
        assert char not in ignorable, hex(code)
        assert category != "Zs" or char in " \u3000", hex(code)
        assert category == "Zs" or not EMPTY.search(name) or DRAWN.search(name), name
        # What takes no room of its own is a mark on a letter, or a part of a Korean syllable.
        assert (
            wcwidth.wcwidth(char) > 0
            or category in {"Mn", "Me", "Mc"}
            or "\u1161" <= char <= "\u11ff"
            or ("\ud7b0" <= char <= "\ud7ff")
        ), name


texts = st.text(
    st.one_of(
        st.characters(codec=None),
        st.characters(categories=["Mn", "Me", "Cf", "Cs", "Zs", "Cc"]),
        st.sampled_from(" a\\\u034f\ufe0f\u3164\u115f\u2800\u0301\u20dd\u202e\x1b\x9b"),
    ),
    max_size=60,
)


@limit_examples(500)
@given(text=texts)
def test_any_text(text: str) -> None:
    """Cleaned text takes room, has no heap of marks, stays as it is when it is cleaned again, and is UTF-8."""
    cleaned = clean(text)

    assert cleaned == clean(cleaned)
    cleaned.encode()
    assert (cleaned == "") == (text == "")
    marks = "".join("m" if unicodedata.category(char) in {"Mn", "Me"} else "-" for char in cleaned)
    assert "mmmmm" not in marks
    assert not marks.startswith("m")
    assert not re.search(r"[\x00-\x1f\x7f-\xa0\u2028-\u202f\u2066-\u2069\ufeff]", cleaned)


@pytest.mark.parametrize("name", HONEST)
def test_honest_names(name: str) -> None:
    """Names in the languages of the world stay as they are, composed or not."""
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, name)
        assert text == clean(text)


def test_escapes_are_unambiguous() -> None:
    """An escape has four digits, or eight beyond the first plane."""
    assert "a\\u034fb\\U000e0041c\\U000f0000" == clean("a\u034fb\U000e0041c\U000f0000")
    assert "e\u0301\u0301\u0301\u0301\\u0301\\u0301" == clean("e" + "\u0301" * 6)
    assert "\\u0301a \\u0301" == clean("\u0301a \u0301")


def test_cleaning_is_quick() -> None:
    """Thousands of names are cleaned in no time, whatever is in them."""
    started = time.process_time()
    for name in ("golden-debian-12", "镜像测试镜像测试", "\u034f" * 40):
        for _ in range(5000):
            clean(name)
    assert time.process_time() - started < 2


HOSTILE = "\x1b]0;owned\x07\x1b[31m\u202e\x9b2J"
SHELLS = ["bash", "zsh", "fish", "powershell"]
names = st.text(st.characters(codec=None), max_size=30) | st.sampled_from([HOSTILE, "plain", "a b", "$(x)", "\ud800"])


@limit_examples(60)
@given(
    images=st.dictionaries(names | st.sampled_from([IMAGE, IMAGE[:-1] + "0"]), names, max_size=6),
    profiles=st.lists(names.filter(lambda name: name.isprintable() or name == HOSTILE), max_size=4),
    shell=st.sampled_from(SHELLS),
    words=st.sampled_from(
        [["accept", ""], ["show", "--profile", ""], ["config", "get", ""], ["accept", "d"], ["\udcff"]]
    ),
)
def test_any_tab(  # noqa: PLR0913, PLR0917
    imgshare: RunImgshare,
    monkeypatch: pytest.MonkeyPatch,
    images: dict[str, str],
    profiles: list[str],
    shell: str,
    words: list[str],
) -> None:
    """Whatever our files hold, a TAB is answered in lines of visible text whose words are plain."""
    config = Path(os.environ["XDG_CONFIG_HOME"], "imgshare/config.toml")
    config.parent.mkdir(exist_ok=True, mode=0o700)
    config.write_text("".join(f"[profiles.{json.dumps(name)}]\n" for name in {*profiles}), errors="replace")
    write_names(images)
    with monkeypatch.context() as inside:
        inside.setenv("_IMGSHARE_COMPLETE", f"complete_{shell}")
        run = imgshare(*words)

    assert (0, "") == (run.code, run.err)
    for line in run.out.splitlines():
        value, _, description = line.replace("\\:", "=").partition(":" if shell == "zsh" else "\t")
        assert re.fullmatch(r"[\w./@%+=:-]+", value, re.ASCII), line
        assert description == clean(description)


def test_what_a_person_is_asked(serve: StartService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the question for a password carries an escape to the terminal."""
    serve(build_response(200, {}))
    monkeypatch.delenv("IMGSHARE_TOKEN")
    config = Path(os.environ["XDG_CONFIG_HOME"], "imgshare/config.toml")
    config.parent.mkdir()
    config.write_text('[profiles.default]\ntoken_store = "file"\n')
    child = pexpect.spawn(
        TOOL, ["login", "--auth-url", "https://h.example/v3", "--username", HOSTILE], encoding="utf-8", timeout=30
    )
    child.expect_exact("(hidden): ")
    said = " ".join((child.before or "").split())
    child.close(force=True)

    shown = r"\x1b]0;owned\x07\x1b[31m\u202e\x9b2J"
    assert f"Password for '{shown}' at https://h.example/v3" == said


@limit_examples(40)
@given(text=texts)
def test_any_text_in_any_place(serve: StartService, imgshare: RunImgshare, text: str) -> None:
    """Whatever a service calls things, and whatever is typed, stdout and stderr are visible lines."""
    serve(build_response(403, {"message": f"x{text}"}))
    for argv in (
        ["show", IMAGE, MEMBER],
        ["show", IMAGE, MEMBER, "--debug"],
        ["show", "--nope" + text],
        ["config", "get", "x" + text],
        ["config", "set", "x" + text, "y"],
        ["nope" + text],
        ["show", IMAGE, "--timeout", text],
        ["show", IMAGE, "--profile", text],
        ["completion", text],
    ):
        run = imgshare(*argv)
        assert run.code in {0, 2, 3, 5}, (argv, run)
        for line in (run.out + run.err).split("\n"):
            assert line == clean(line), argv
            assert "this is a bug" not in line, argv


def test_a_row_at_a_terminal(serve: StartService) -> None:
    """A name of fillers and marks is a row of escapes, whose columns stand where they belong."""
    member = {"image_id": IMAGE, "member_id": "a\u3164" + "\u0301" * 6 + "\U000e0100", "status": "pending"}
    serve(build_response(200, {"members": [{**member, "created_at": None, "updated_at": None}]}))

    shown = run_at_terminal(100, "members", IMAGE, IMGSHARE_TOKEN=TOKEN)

    assert 0 == shown.code
    escapes = "a\\u3164" + "\\u0301" * 6 + "\\U000e0100"
    assert ["MEMBER" + " " * (len(escapes) - 4) + "STATUS   SINCE", f"{escapes}  pending  -"] == shown.lines


def test_the_tool_in_a_locale_without_utf_8() -> None:
    """Where the terminal takes ASCII alone, names are shown in escapes, and nothing fails."""
    done = subprocess.run(
        [TOOL, "config", "get", "镜像"],
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.isascii()
