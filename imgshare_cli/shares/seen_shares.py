"""The pending shares that a watch has printed, kept in the state folder so that a restart does not print them again."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import islice
from typing import TYPE_CHECKING

from imgshare_cli.config.state_dir import limit_state_files, read_state, write_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from imgshare_cli.shares.share_filter import ShareFilter

_FOLDER = "watch"
_MAX_FILES = 50
MAX_SEEN = 100_000  # as text less than what is read again; a restart prints what is beyond once more
_NUMBER = re.compile(r"[0-9a-f]{32}")


class SeenShares:
    """Remembers images by their numbers; losing them does no harm but that they are printed again.

    Args:
        endpoint: the image service.
        project_id: the project whose shares they are.
        share_filter: which of them are watched: a watch with another filter has not seen the same.
        environ: the environment, which tells where files go.
    """

    def __init__(self, endpoint: str, project_id: str, share_filter: ShareFilter, environ: Mapping[str, str]) -> None:
        key = json.dumps([endpoint, project_id, share_filter.owner, share_filter.name])
        self._file = f"{_FOLDER}/{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"
        self._environ = environ

    def read(self) -> set[int]:
        """Read what an earlier watch has seen; empty if the file is not valid."""
        try:
            numbers = json.loads(read_state(self._file, self._environ) or "[]")
        except (ValueError, RecursionError):
            return set()
        if not isinstance(numbers, list):
            return set()
        return {int(text, 16) for text in numbers if isinstance(text, str) and _NUMBER.fullmatch(text)}

    def write(self, numbers: Iterable[int]) -> None:
        """Replace what is remembered; a failure is ignored."""
        text = json.dumps([f"{number:032x}" for number in islice(numbers, MAX_SEEN)])
        write_state(self._file, text, self._environ)
        limit_state_files(_FOLDER, _MAX_FILES, self._environ)
