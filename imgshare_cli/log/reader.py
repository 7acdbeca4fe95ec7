"""Reads the decision log: all months, the oldest decision first, as a stream."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, BinaryIO

from imgshare_cli.config.file_reading import open_regular_file
from imgshare_cli.errors import ConfigError
from imgshare_cli.log.entry import LogEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

_MAX_LINE = 32 << 10  # bytes; several times what is ever written
_MONTH_FILE = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])\.jsonl")


def read_entries(
    folder: Path, since: datetime | None = None, note: Callable[[str], None] = lambda _text: None
) -> Iterator[LogEntry]:
    """Yield the decisions, the oldest first; a line that is not one is left out, and does not end the reading.

    Args:
        folder: the folder of the log; one that does not exist is an empty log.
        since: leaves out the decisions before this time, which has a time zone.
        note: is told in a sentence of the lines of a file that were left out.

    Raises:
        ConfigError: the folder or a file of it cannot be read.
    """
    first = "" if since is None else f"{since.isoformat()[:7]}.jsonl"
    for path in _list_files(folder):
        if path.name < first:
            continue
        malformed = 0
        for entry in _read_file(path):
            if entry is None:
                malformed += 1
            elif since is None or entry.decided_at >= since:
                yield entry
        if malformed:
            what = (
                "1 line is not a decision and is"
                if malformed == 1
                else f"{malformed:,} lines are not decisions and are"
            )
            note(f"note: in {path}, {what} left out")


def _list_files(folder: Path) -> list[Path]:
    """List the files of the months, the oldest first; others are none of the log."""
    try:
        return sorted(path for path in folder.iterdir() if _MONTH_FILE.fullmatch(path.name))
    except FileNotFoundError:
        return []
    except OSError as exc:
        raise _create_error(folder, exc) from exc


def _read_file(path: Path) -> Iterator[LogEntry | None]:
    """Yield the decision of each line; None for a line that is not one."""
    try:
        with open_regular_file(path) as stream:
            yield from _read_lines(stream)
    except FileNotFoundError:
        return  # somebody has moved it away meanwhile
    except OSError as exc:
        raise _create_error(path, exc) from exc


def _read_lines(stream: BinaryIO) -> Iterator[LogEntry | None]:
    while line := stream.readline(_MAX_LINE):
        if len(line) == _MAX_LINE and not line.endswith(b"\n"):
            _skip_line(stream)
            yield None
        elif line.strip():
            yield _parse_line(line)


def _skip_line(stream: BinaryIO) -> None:
    while (part := stream.readline(_MAX_LINE)) and not part.endswith(b"\n"):
        pass


def _parse_line(line: bytes) -> LogEntry | None:
    try:
        return LogEntry.from_json(json.loads(line))
    except (ValueError, RecursionError):
        return None


def _create_error(path: Path, exc: OSError) -> ConfigError:
    return ConfigError(
        f"cannot read the decision log in {path}: {(exc.strerror or 'read error').lower()}",
        hint="IMGSHARE_DECISION_LOG, or decision_log in the config file, names its folder",
    )
