"""A file of rules, and an inbox to which they apply."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.scripted_images import OWNER, Page, ScriptedImageService

if TYPE_CHECKING:
    import pytest

OTHER = "8c27b55dadfc52b48ea1a76ed79acb0e"
OWNERS = f'[owners]\nplatform = "{OWNER}"\nvendor = "{OTHER}"\n'
HASH = "sha512:" + "0123456789abcdef" * 8
HASHED = {"os_hash_algo": "sha512", "os_hash_value": HASH.partition(":")[2]}


def write_rules(text: str, name: str = "rules.toml") -> Path:
    """Write a file beside the config file."""
    path = Path(os.environ["XDG_CONFIG_HOME"], "imgshare", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def build_rule(then: str = "accept", name: str = "golden", **conditions: str) -> str:
    """A rule, whose conditions are written as they are given."""
    lines = [f'name = "{name}"', *(f"{key} = {value}" for key, value in conditions.items()), f'then = "{then}"']
    return "\n".join(["[[rule]]", *lines, ""])


class RuledInbox(ScriptedImageService):
    """An inbox of pending shares, of which the test says what their images are.

    Attributes:
        rows: the images by the status of their shares.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.list_page = lambda query: Page(
            self.rows.get(query.get("member_status", ""), []) if query["os_hidden"] == "false" else []
        )

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Point the tool at it, and name the owners."""
        super().enter(monkeypatch)
        write_rules(OWNERS, "config.toml").chmod(0o600)
