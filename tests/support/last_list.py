"""What `list` leaves in the state folder."""

from __future__ import annotations

import json
import os
from pathlib import Path


def find_list_files(folder: str = "lists") -> list[Path]:
    """Find the files of the lists, the newest last: of what is known (`lists`), or of what was shown (`shown`)."""
    files = Path(os.environ["XDG_STATE_HOME"], "imgshare", folder).glob("[!.]*.json")
    return sorted(files, key=lambda path: path.stat().st_mtime_ns)


def read_names(folder: str = "lists") -> dict[str, str]:
    """Read the names of the images in the newest of them, by their IDs."""
    images: dict[str, list[str]] = json.loads(find_list_files(folder)[-1].read_text())
    return {image_id: name for image_id, (name, _) in images.items()}


def write_names(names: dict[str, str]) -> Path:
    """Put a list of images with these IDs and names there."""
    path = Path(os.environ["XDG_STATE_HOME"], "imgshare", "lists", "written.json")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(json.dumps({image_id: [name, "owner"] for image_id, name in names.items()}))
    return path
