"""The decision log of a test's user: what is in it, and lines to put there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.support.fake_service import IMAGE, MEMBER

KEYS = (
    *("time", "cloud", "endpoint", "project_id", "user", "image_id", "member_id", "name", "owner", "hash"),
    *("old_status", "new_status", "command", "rule", "request_id"),
)


def find_log() -> Path:
    """The folder of the log."""
    return Path(os.environ["XDG_STATE_HOME"], "imgshare/decisions")


def read_lines(folder: Path | None = None) -> list[dict[str, Any]]:
    """The objects of all lines, each of which has all keys in their order."""
    paths = sorted((folder or find_log()).glob("*"))
    entries = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
    assert all(tuple(entry) == KEYS for entry in entries)
    return entries


def read_log(folder: Path | None = None) -> list[dict[str, Any]]:
    """The objects of all lines, without their times and without what is null."""
    return [
        {key: value for key, value in entry.items() if value is not None and key != "time"}
        for entry in read_lines(folder)
    ]


def build_entry(time: str, **other: Any) -> dict[str, Any]:
    """An accepted share of `IMAGE`."""
    known = {"time": time, "image_id": IMAGE, "member_id": MEMBER, "new_status": "accepted", "command": "accept"}
    return dict.fromkeys(KEYS) | known | other


def write_log(*entries: dict[str, Any] | str) -> Path:
    """Put decisions, or other lines, into the log; return the file of the first month."""
    find_log().mkdir(parents=True, exist_ok=True, mode=0o700)
    month = "2026-11"
    paths = []
    for entry in entries:
        month = month if isinstance(entry, str) else entry["time"][:7]
        paths.append(find_log() / f"{month}.jsonl")
        with paths[-1].open("a") as stream:
            stream.write((entry if isinstance(entry, str) else json.dumps(entry)) + "\n")
    return paths[0]
