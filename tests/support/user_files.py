"""Where our files are, for tests that put something else there, and what holds of a run that meets it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.run import Run

CODES = {0, 2, 3, 4, 5, 6, 7, 8, 9}
SECONDS = 15  # of which a busy machine takes the most to start Python
FILE_STORE = '[profiles.default]\ntoken_store = "file"\n'


class UserFiles:
    """Where our files are."""

    def __init__(self) -> None:
        self.config = Path(os.environ["XDG_CONFIG_HOME"], "imgshare/config.toml")
        self.state = Path(os.environ["XDG_STATE_HOME"], "imgshare")
        self.token = self.state / "tokens/default"
        self.images = self.state / "lists/written.json"
        self.backend = self.state / "keyring-backend"
        for folder in (self.config.parent, self.token.parent, self.images.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def all(self) -> dict[str, Path]:
        """Each of them, by a short name."""
        return {"config": self.config, "token": self.token, "images": self.images, "backend": self.backend}

    def clear(self, name: str) -> Path:
        """One of them, which is not there yet; the config file says that tokens are in files."""
        for path in self.all().values():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)
        if name == "token":
            self.config.write_text(FILE_STORE)
        return self.all()[name]


def assert_clean_exit(run: Run, command: str) -> None:
    """A run ended with a documented code and, where it failed, a sentence."""
    assert run.code in CODES, (command, run)
    said = run.out + run.err
    assert "Traceback" not in said, (command, run)
    assert "this is a bug" not in said, (command, run)
    assert (run.code == 0) or run.err.endswith("\n"), (command, run)
