"""JSON in --from: lines, arrays and objects, however they are printed."""

from __future__ import annotations

import json

import pytest

from tests.support.item_rows import MEMBER, A, B, C, read_rows

OBJECTS = [{"id": A, "name": "x"}, {"id": B}, {"id": C}]
ROWS = [(1, A), (2, B), (3, C)]


@pytest.mark.parametrize("indent", [None, 0, 2, "\t"])
def test_arrays(indent: int | str | None) -> None:
    """An array is read whichever way it is printed, and one after another; elements are counted in each."""
    array = json.dumps(OBJECTS, indent=indent)

    assert ROWS == read_rows(array)
    assert ROWS == read_rows(f"\ufeff  {array}\r\n\n")
    assert [*ROWS, *ROWS] == read_rows(f"{array}{array}")
    assert [*ROWS, *ROWS, *ROWS] == read_rows(f"{array}\n\ufeff{array} \ufeff{array}")


def test_array_elements() -> None:
    """Elements are objects and strings: a name or an ID."""
    text = json.dumps([A, "golden debian", {"image_id": B, "member_id": MEMBER}, {"name": "x"}, []])

    assert [
        (1, A),
        (2, "golden debian", "is_name"),
        (3, B, MEMBER),
        (4, "x", "is_name"),
        (1, "element 5 (line 1): neither an object nor a string"),
    ] == read_rows(text)


@pytest.mark.parametrize("text", ["[]", "[ ]\n", "[\n]", "[][]", "[] # none"])
def test_empty_arrays(text: str) -> None:
    """An empty list has no items."""
    assert [] == read_rows(text)


def test_objects() -> None:
    """JSON Lines, objects printed over several lines (`jq .`), and objects that follow each other are the same."""
    lines = [json.dumps(value) for value in OBJECTS]
    pretty = "\n".join(json.dumps(value, indent=2) for value in OBJECTS)

    assert ROWS == read_rows("\n".join(lines))
    assert [(1, A), (1, B), (1, C)] == read_rows("".join(lines))
    assert [(1, A), (2, B), (3, C)] == read_rows(",\r\n".join(lines))
    assert [(1, A), (5, B), (8, C)] == read_rows(pretty)
    assert [(1, A), (2, B), (3, C)] == read_rows(f"{lines[0]} # first\n'{B}'\n{lines[2]}")
