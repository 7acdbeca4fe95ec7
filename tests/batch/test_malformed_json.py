"""JSON in --from that is cut, wrong, too large or too deep: nothing in it is taken for an item, and reading goes on."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from tests.support.item_rows import MEMBER, A, B, read_rows

CUT = "not valid JSON: a string does not end in its line"
ENDLESS = "not valid JSON"
REST = "; the rest of the input is not read"
OUTCOMES = [
    json.dumps({"image_id": str(UUID(int=number)), "result": "failed", "error": {"message": 'a "b" [{', "list": [1]}})
    for number in range(20)
]
# An owner who names tags and properties after images and names. The API has no objects in an image that owners choose.
FLAT_TRAP = {"id": A, "tags": [B, "golden"], "image_id": B, B: "golden"}
TRAP = {**FLAT_TRAP, "x": {"image_id": B}, "y": [{"id": B}]}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (f"{{'id': '{A}'}}\n{B}", [(1, "line 1: not valid JSON"), (2, B)]),
        (f'{{"id": "{A}"\n{B}', [(1, f"line 1: {ENDLESS}; reading goes on in line 2"), (2, B)]),
        (f'{{"id": "{A}\n{B}', [(1, f"line 1: {CUT}"), (2, B)]),
        (f'{{"id": "{A}"', [(1, f"line 1: {ENDLESS}")]),
        (f'{{"id": "{A}\\', [(1, f"line 1: {ENDLESS}")]),
        (f'{{"id": "{A}"}} x {{}}\n{B}', [(1, A), (1, "line 1: text after a JSON value"), (2, B)]),
        (f'{{"id": "{A}"}}}}\n{B}', [(1, A), (1, "line 1: text after a JSON value"), (2, B)]),
        ('{"id": "\xe4"}'.encode("latin-1"), [(1, "line 1: not UTF-8")]),
        (b'{"id": "\0"}', [(1, "line 1: not valid JSON")]),
        (f'["{A}" "{B}"]', [(1, A), (2, B)]),
        (f'["{A}", x, nan, -1.5e3, "{B}",]', [
            (1, A),
            *[(1, f"element {number} (line 1): neither an object nor a string") for number in (2, 3, 4)],
            (5, B),
        ]),
        (f'[{{"id": x}},\n{{"id": "{A}"}}]', [(1, "element 1 (line 1): not valid JSON"), (2, A)]),
        (f'["{A}", }}, "{A}"]\n{B}', [
            (1, A), (1, "element 2 (line 1): not valid JSON; reading goes on in line 2"), (2, B),
        ]),
        (f'["{A}', [(1, f"element 1 (line 1): {ENDLESS}{REST}")]),
        (f'\n["{A}",\n', [
            (1, A), (3, "line 3: the array that begins in line 2 has no end, so elements may be missing"),
        ]),
        (f'["{A}"\n["{B}"]', [
            (1, A), (2, "line 2: the array that begins in line 1 has no end, so elements may be missing"), (1, B),
        ]),
        (f'{{"id": "{A}", "id": "{B}"}}\n{B}', [(1, "line 1: the same key twice in an object"), (2, B)]),
        (f'[["{A}"], "{B}"]', [(1, "element 1 (line 1): neither an object nor a string"), (2, B)]),
        (f'["{A}"]]\n{B}', [(1, A), (1, "line 1: text after a JSON value"), (2, B)]),
    ],
)  # fmt: skip
def test_wrong(text: str | bytes, rows: list[tuple[object, ...]]) -> None:
    """What is wrong is one item with an error, and the next entry is read."""
    assert rows == read_rows(text)


@pytest.mark.parametrize("newline", ["", "\n"])
def test_cut_outcomes(newline: str) -> None:
    """Where a run was killed in a line, and another appended its own, only the lines that were mixed are malformed."""
    following = [(number, str(UUID(int=number))) for number in range(1, 20)]
    expected = following if newline else following[1:]
    for length in range(1, len(OUTCOMES[0])):
        rows = read_rows(OUTCOMES[0][:length] + newline + "\n".join(OUTCOMES[1:]))

        assert [image for _, image in expected] == [row[1] for row in rows[1:]]
        assert rows[0][1].startswith("line 1: not valid JSON")


@pytest.mark.parametrize("indent", [None, 0, 2])
@pytest.mark.parametrize("size", [1, 3])
def test_cut_images(indent: int | None, size: int) -> None:
    """Wherever the output of a list was cut, and another follows, that is an error; no text of an image is an item."""
    array = json.dumps([FLAT_TRAP if indent == 0 else TRAP] * size, indent=indent)
    for length in range(1, len(array)):
        for rows in (read_rows(array[:length]), read_rows(array[:length] + array)):
            assert {row[1] for row in rows if len(row) > 1 and "line" not in row[1]} <= {A}
            assert any("line" in row[1] for row in rows)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({**TRAP, "z": "x" * (1 << 20)}, "larger than 1 MiB"),
        ({**TRAP, "z": ["golden"] * 200_000}, "larger than 1 MiB"),
        ({**TRAP, "z": json.loads("[" * 100 + "]" * 100)}, "nested more than 64 levels deep"),
    ],
    ids=["long", "many", "deep"],
)
def test_large_images(indent: int | None, value: dict[str, object], problem: str) -> None:
    """An image that its owner made too large or too deep is one error, and what follows it is read."""
    text = json.dumps(value, indent=indent)
    array = json.dumps([value, {"id": A}], indent=indent)
    start = 1 if indent is None else 2

    assert [(1, f"line 1: {problem}"), A] == [
        (row if "line" in row[1] else row[1]) for row in read_rows(f"{text}\n{A}")
    ]
    assert [(start, f"element 1 (line {start}): {problem}"), (2, A)] == read_rows(array)


def test_largest_image() -> None:
    """An object of exactly 1 MiB is read."""
    text = json.dumps({"id": A, "member_id": MEMBER, "z": ""})

    assert [(1, A, MEMBER)] == read_rows(text[:-2] + "x" * ((1 << 20) - len(text)) + text[-2:])
