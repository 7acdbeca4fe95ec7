"""Several runs, each with a shard, do each item exactly once."""

from __future__ import annotations

from uuid import UUID

import pytest

from imgshare_cli.batch.shard import Shard, parse_shard
from imgshare_cli.errors import UsageError

PROJECTS = ["edc89b490d7d4392898e19b2deb34797", "ou-1234", "überall"]
ITEMS = [(str(UUID(int=number)), project) for number in range(300) for project in PROJECTS]


@pytest.mark.parametrize("count", [1, 2, 4, 31])
def test_union(count: int) -> None:
    """Each item falls to exactly one shard, and no shard gets much more than its part."""
    shards = [Shard(index, count) for index in range(count)]

    taken = [[item for item in ITEMS if shard.takes(*item)] for shard in shards]

    assert sorted(ITEMS) == sorted(item for items in taken for item in items)
    assert max(map(len, taken)) <= 2.5 * len(ITEMS) / count


def test_stable() -> None:
    """What falls to a shard stays the same from version to version: `printf ID/PROJECT | sha256sum`, modulo N."""
    image = "d164b5df-1bc3-4c3f-893e-3e471fd16e64"

    assert [2] == [index for index in range(4) if Shard(index, 4).takes(image, PROJECTS[0])]
    assert Shard(67_554, 100_000).takes(image, PROJECTS[0])


@pytest.mark.parametrize(
    ("text", "shard"),
    [
        ("0/1", Shard(0, 1)),
        ("0/4", Shard(0, 4)),
        ("3/4", Shard(3, 4)),
        (" 3/4\n", Shard(3, 4)),
        ("03/4", Shard(3, 4)),
        ("99999/100000", Shard(99_999, 100_000)),
    ],
)
def test_valid(text: str, shard: Shard) -> None:
    """I counts from 0, up to N - 1."""
    assert shard == parse_shard(text)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("4/4", "--shard 4/4: there is no shard 4 of 4", "shards count from 0: the last one is 3/4"),
        ("0/0", "--shard 0/0: the number of shards must be from 1 to 100000", None),
        ("0/100001", "--shard 0/100001: the number of shards must be from 1 to 100000", None),
        *[
            (text, f"--shard {text!r} is not I/N", "the first of four shards is 0/4, the last 3/4")
            for text in [
                "",
                "1",
                "1/",
                "/4",
                "-1/4",
                "1/-4",
                "1/2/3",
                "1 / 4",
                "a/b",
                "1.0/4",
                "٣/٤",
                "1_0/40",
                "9999999/1",
            ]
        ],
    ],
)
def test_malformed(text: str, message: str, hint: str | None) -> None:
    """Anything else is exit 2, with the form that is meant."""
    with pytest.raises(UsageError) as error:
        parse_shard(text)

    assert (message, hint) == (error.value.message, error.value.hint)
