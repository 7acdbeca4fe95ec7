"""Keyring backends for tests, which a run loads by PYTHON_KEYRING_BACKEND."""

from __future__ import annotations

import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.compat.properties import classproperty
from secretstorage.exceptions import ItemNotFoundException

CHANGING = f"{__name__}.Changing"


class Changing(KeyringBackend):
    """Keeps entries as files in $TEST_KEYRING, which another program seems to change.

    As many reads fail as its file `changes` says, as reads of the Secret Service do. What its folder `next` holds
    takes the place of the entries after the next read.
    """

    @classproperty
    def priority(cls) -> float:  # noqa: N805
        """That of a keyring worth using, for the tests that name it; for others it is not there."""
        if "TEST_KEYRING" not in os.environ:
            raise RuntimeError("TEST_KEYRING is not set")
        return 5

    def get_password(self, service: str, username: str) -> str | None:
        """The entry, or None."""
        folder = Path(os.environ["TEST_KEYRING"])
        changes = folder / "changes"
        left = int(changes.read_text()) if changes.exists() else 0
        if left:
            changes.write_text(str(left - 1))
            raise ItemNotFoundException("Item does not exist!")
        entry = folder / f"{service} {username}"
        content = entry.read_text() if entry.exists() else None
        for changed in folder.glob("next/*"):
            changed.replace(folder / changed.name)
        return content

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep an entry."""
        Path(os.environ["TEST_KEYRING"], f"{service} {username}").write_text(password)

    def delete_password(self, service: str, username: str) -> None:
        """Remove an entry."""
        Path(os.environ["TEST_KEYRING"], f"{service} {username}").unlink()
