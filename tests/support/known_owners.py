"""The owners of whom an image was accepted before, for tests that are not about the first one."""

from __future__ import annotations

import json
import os
from pathlib import Path


def get_owners_file() -> Path:
    """The file that keeps them."""
    return Path(os.environ["XDG_STATE_HOME"], "imgshare", "known-owners.json")


def know_owners(*owner_ids: str) -> None:
    """Let images of these projects have been accepted before."""
    path = get_owners_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(json.dumps(owner_ids))


def read_owners() -> list[str]:
    """Read whose images were accepted before."""
    owners: list[str] = json.loads(get_owners_file().read_text())
    return owners
