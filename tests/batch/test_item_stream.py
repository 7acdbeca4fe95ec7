"""--from is read as a stream, which may never end."""

from __future__ import annotations

import io
from typing import Any

import pytest

from imgshare_cli.batch.input_buffer import InputBuffer
from imgshare_cli.batch.item_reader import read_items
from tests.support.item_rows import MEMBER, A, B


class Pipe(io.RawIOBase):
    """A pipe whose other end writes these chunks, one after another."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = list(chunks)
        self.count = 0

    def readable(self) -> bool:
        """As of any pipe."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read one chunk."""
        if not self._chunks:
            return 0
        self.count += 1
        chunk = self._chunks.pop(0)
        buffer[: len(chunk)] = chunk
        return len(chunk)


@pytest.mark.parametrize(
    "entries",
    [
        [f"{A}\n", f"{B}\n"],
        ['"x"\n', f"'y' {MEMBER}\n"],
        [f'{{"id": "{A}"}}', f'\n{{"id": "{B}"}}'],
        [f'{{\n"id": "{A}"\n}}', f'\n{{"id":\n "{B}"}}'],
        [f'[{{"id": "{A}"}}', f',{{"id": "{B}"}}', ', "x"', "]", f'["{A}"'],
        ["nonsense\n", f"{A}\n"],
    ],
)
def test_stream(entries: list[str]) -> None:
    """Each item is there before anything after it is read, because that may take hours."""
    pipe = Pipe(*(entry.encode() for entry in entries))
    items = read_items(InputBuffer(io.BufferedReader(pipe)), lambda _: False)

    for number, entry in enumerate(entries, start=1):
        if entry != "]":
            next(items)
            assert number == pipe.count


def test_terminal_end() -> None:
    """The end of the input is asked for once: a terminal would be read on."""
    pipe = Pipe(A.encode(), b"", B.encode())

    assert 1 == len(list(read_items(InputBuffer(io.BufferedReader(pipe)), lambda _: False)))
