"""Properties of --from, whatever is in it."""

from __future__ import annotations

import io
import itertools
import json
import re
import tracemalloc
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgshare_cli.api.models import is_image_id, is_usable_id
from imgshare_cli.batch.input_buffer import InputBuffer
from imgshare_cli.batch.item_reader import read_items
from imgshare_cli.errors import UsageError
from tests.support.examples import limit_examples
from tests.support.item_rows import MEMBER, A

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.hostile

PIECES = [
    *(A, MEMBER, f'{{"id": "{A}"}}', f'{{"image_id": "{A}", "result": "done"}}', '{"name": "x y"}', "'a b'", '"a b"'),
    *("[", "]", "{", "}", ",", ":", '"', "'", "\\", "#", " ", "\n", "\r\n", "\t", "\ufeff", "null", "-1", "\\u0041"),
    *('{"a":', '["', '"]', "x" * 5000, "[" * 70, "]" * 70, "\0", "\u2028", "é", "1" * 5000),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=40).map(
    lambda pieces: "".join(pieces).encode()
)
CONTENTS = TEXTS | st.binary(max_size=200) | st.tuples(TEXTS, st.binary(max_size=4), TEXTS).map(b"".join)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.text(st.sampled_from('a"\\\n\0é\u2028[{'))
    | st.sampled_from([A, MEMBER, "done", "accepted"]),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["id", "image_id", "member_id", "name", "x"]), inner)
    ),
)


class Chunks(io.RawIOBase):
    """A stream that gives this many bytes at a time."""

    def __init__(self, content: bytes, size: int) -> None:
        self._content = io.BytesIO(content)
        self._size = size

    def readable(self) -> bool:
        """As of any pipe."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read one chunk."""
        return self._content.readinto(memoryview(buffer)[: self._size])


def _read(content: bytes, size: int) -> list[object]:
    """Read the items in chunks of this size, check each, and return what they say."""
    told: list[object] = []
    for item in read_items(InputBuffer(io.BufferedReader(Chunks(content, size))), lambda status: status == "accepted"):
        if item.error:
            assert isinstance(item.error, UsageError)
            assert item.image is None
            assert re.match(rf"line {item.number}: |element \d+ \(line {item.number}\): ", item.error.message)
            assert len(item.error.message) < 500
        else:
            assert item.image
            assert item.is_name or is_image_id(item.image)
            assert item.member_id is None or is_usable_id(item.member_id)
        told.append((item.number, item.image, item.member_id, item.is_name, item.is_done, str(item.error)))
    return told


@given(content=CONTENTS, size=st.integers(1, 100))
@limit_examples(200)
def test_any_content(content: bytes, size: int) -> None:
    """Nothing is an exception, and it makes no difference in what pieces the input comes."""
    assert _read(content, 1 << 16) == _read(content, size)


@given(values=st.lists(JSON, max_size=5), indent=st.sampled_from([None, 0, 3]))
@limit_examples(50)
def test_any_array(values: list[Any], indent: int | None) -> None:
    """Each element of an array is exactly one item, whatever it is and however it is printed."""
    lines = _read(json.dumps(values, indent=indent).encode(), 1 << 16)

    assert len(values) == len(lines)


@given(garbage=st.lists(CONTENTS.map(lambda content: content.replace(b"\n", b" "))))
@limit_examples(50)
def test_no_lost_line(garbage: list[bytes]) -> None:
    """Between any lines that are no JSON, all IDs are read: in their order, each with the number of its line."""
    lines, expected = [], []
    for number, line in enumerate(garbage):
        image_id = str(UUID(int=number + (1 << 100)))
        lines += [b"#" if line.lstrip(b" \t\r\f\v\xef\xbb\xbf").startswith((b"[", b"{")) else line, image_id.encode()]
        expected.append((len(lines), image_id))

    items = list(read_items(InputBuffer(io.BytesIO(b"\n".join(lines))), lambda _: False))

    ours = {image_id for _, image_id in expected}
    assert expected == [(item.number, item.image) for item in items if item.image in ours]


def _repeat(beginning: bytes, piece: bytes) -> Callable[[], Iterator[bytes]]:
    """16 MiB of a piece."""
    return lambda: itertools.chain([beginning], itertools.repeat(piece * (16384 // len(piece)), 1024))


@pytest.mark.parametrize(
    "pieces",
    [
        _repeat(b"", b"x"),
        _repeat(b"", b" "),
        _repeat(b"", b"\n"),
        _repeat(b"#", b"x"),
        _repeat(b"'", b"x "),
        _repeat(b'"', b"\\"),
        _repeat(b"", b"[" + b" " * 1000),
        _repeat(b"", b"{" + b" " * 1000),
        _repeat(b"[", b"," + b" " * 1000),
        _repeat(b"[", b"1"),
        _repeat(b"[", b"{},"),
        _repeat(b'["', b"\\u0041"),
        _repeat(b'{"a":', b'["' + b"x" * 1000 + b'"],'),
        _repeat(b'{"a":["', b"x" * 1000),
        _repeat(b"", b'{"a":\n' + b" " * 1000),
        _repeat(b"[", b'{"id":\n' + b" " * 1000),
        _repeat(b"", A.encode() + b" "),
        _repeat(b"", b'{"id": "' + A.encode() + b'"}'),
        _repeat(b"[", b'{"id": "' + A.encode() + b'"},'),
    ],
)
def test_memory(pieces: Callable[[], Iterator[bytes]]) -> None:
    """Of 16 MiB of anything, or of 2,000 items, no more than a few MiB are in memory at once."""

    class Stream(io.RawIOBase):
        iterator = pieces()

        def read(self, _size: int = -1) -> bytes:
            return next(self.iterator, b"")

    tracemalloc.start()
    try:
        for _ in itertools.islice(read_items(InputBuffer(Stream()), lambda _: False), 2000):  # type: ignore[arg-type]
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20
