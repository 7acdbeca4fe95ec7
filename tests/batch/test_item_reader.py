"""Lines of --from: each is an item, and no malformed one stops the rest."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from imgshare_cli.batch.input_buffer import InputBuffer
from imgshare_cli.batch.item_reader import read_items
from tests.support.item_rows import MEMBER, OTHER, A, B, C, read_rows

if TYPE_CHECKING:
    from tests.support.item_rows import Row

NAME_HINT = 'put a name in quotes ("golden debian"), or write {"name": "golden debian"}'


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("\n \n\t\r\n", []),
        (A, [(1, A)]),
        (f"{A}\n{B}", [(1, A), (2, B)]),
        (f"{A.upper()}\n", [(1, A.upper())]),
        (f"{A} {MEMBER}\n", [(1, A, MEMBER)]),
        (f"{A},{MEMBER}\n", [(1, A, MEMBER)]),
        (f"  {A} \t , {MEMBER}  \r\n\r\n\t{B}   {MEMBER}\r\n", [(1, A, MEMBER), (3, B, MEMBER)]),
        (f"{A}\xa0{MEMBER}\n", [(1, A, MEMBER)]),
        (f"{A} ou-abc123\n{B} 'acme'\n", [(1, A, "ou-abc123"), (2, B, "acme")]),
        (f"# images\n#{A}\n{A} # golden\n  # {B}\n{C} {MEMBER} #,'\n{C},{MEMBER}#1\n", [
            (3, A), (5, C, MEMBER), (6, f"line 6: '{MEMBER}#1' is not a project ID"),
        ]),
        (f"\ufeff{A}\n\ufeff# second file\n\ufeff{B}\n", [(1, A), (3, B)]),
        (f"#{'x' * 200_000}\n{' ' * 200_000}{A}\n", [(2, A)]),
    ],
)  # fmt: skip
def test_lines(text: str, rows: list[Row]) -> None:
    """IDs, by white space or a comma, as editors, spreadsheets and Windows write them; comments pass."""
    assert rows == read_rows(text)


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ('"golden debian"', ("golden debian", "is_name")),
        ("'golden debian'", ("golden debian", "is_name")),
        ("'a,b'", ("a,b", "is_name")),
        ("'# no comment'", ("# no comment", "is_name")),
        ("golden\\ debian", ("golden debian", "is_name")),
        ("'it'\\''s'", ("it's", "is_name")),
        ("'it'\"'\"'s'", ("it's", "is_name")),
        ('"a \\"b\\" \\$c"', ('a "b" $c', "is_name")),
        (r'"C:\golden"', (r"C:\golden", "is_name")),
        (r'"a\u00e4\/"', ("aä/", "is_name")),
        ('"金 盤"', ("金 盤", "is_name")),
        (f'"{A}"', (A,)),
        (f"'{A}' '{MEMBER}'", (A, MEMBER)),
        (f'"golden debian" {MEMBER}', ("golden debian", MEMBER, "is_name")),
        (f"'golden, debian',{MEMBER} # ours", ("golden, debian", MEMBER, "is_name")),
    ],
)
def test_names(line: str, row: Row) -> None:
    """A name is in quotes, as a shell or JSON has them; an ID may be."""
    assert [(1, *row)] == read_rows(line)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("golden", "'golden' is not an image ID"),
        ("golden debian", "'golden' is not an image ID"),
        (f"{A}x", f"'{A}x' is not an image ID"),
        ("image_id,member_id", "'image_id' is not an image ID"),
        ("a`rm`", "\"a'rm'\" is not an image ID"),
        ("null", "'null' is not an image ID"),
        ("--all", "'--all' is not an image ID"),
        ("]", "']' is not an image ID"),
        (f"{A} {MEMBER} {OTHER}", "more than 2 words"),
        (f"{A} a/b", "'a/b' is not a project ID"),
        (f"{A} ..", "'..' is not a project ID"),
        (f"{A} ''", "'' is not a project ID"),
        (f"{A},", "a word is missing after a comma"),
        (f"{A}, # none", "a word is missing after a comma"),
        (f"{A},,{MEMBER}", "a word is missing before a comma"),
        (f",{MEMBER}", "a word is missing before a comma"),
        ('"golden', "a quote does not end"),
        ("it's", "a quote does not end"),
        (f"{A} \\", "a quote does not end"),
        ('""', "'' is not a name of an image"),
        ("' '", "' ' is not a name of an image"),
        (r'"a\nb"', r"'a\nb' is not a name of an image"),
        (r'"\ud800"', r"'\ud800' is not a name of an image"),
        (r'"\u0000"', r"'\x00' is not a name of an image"),
        (f"'{'x' * 256}'", f"'{'x' * 200}…' is not a name of an image"),
        ("a\0b", "a NUL character"),
        (f"{A} \0", "a NUL character"),
        (b"\xff\xfe", "not UTF-8"),
        (A.encode() + b" \xc3\x28", "not UTF-8"),
        ("x" * 70_000, "longer than 64 KiB"),
        ('"' + "x" * 200_000, "longer than 64 KiB"),
    ],
)  # fmt: skip
def test_malformed_lines(line: str | bytes, problem: str) -> None:
    """A malformed line is an error with its number, and the next line is read."""
    content = line if isinstance(line, bytes) else line.encode()

    assert [(1, A), (2, f"line 2: {problem}"), (3, B)] == read_rows(b"%b\n%b\n%b\n" % (A.encode(), content, B.encode()))
    assert [(1, f"line 1: {problem}")] == read_rows(content)


def test_hints() -> None:
    """A bare name says how to write one; other encodings, what to save."""
    items = list(read_items(InputBuffer(io.BytesIO(b"golden\n\xff\n")), lambda _: False))

    assert [NAME_HINT, "save the file as UTF-8 text"] == [item.error and item.error.hint for item in items]


def test_utf_16() -> None:
    """What PowerShell redirects is an error a line, not a wrong item."""
    rows = read_rows(f"{A}\r\n{B}\r\n".encode("utf-16"))

    assert [(1, "line 1: not UTF-8"), (2, "line 2: a NUL character"), (3, "line 3: a NUL character")] == rows
