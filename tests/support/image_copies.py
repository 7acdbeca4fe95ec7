"""Copies of an image, written straight into Glance's database."""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

# What belongs to an image, and the column that tells to which.
TABLES = {
    "images": "id",
    "image_locations": "image_id",
    "image_properties": "image_id",
    "image_tags": "image_id",
    "image_members": "image_id",
}
MIB = 2**20


@dataclass(frozen=True, slots=True)
class ImageCopy:
    """An image that is like its model in all that is not said here.

    Attributes:
        model: the ID of the image it is a copy of.
        owner: the ID of the project it belongs to.
        member: the ID of the project it is shared with, if any.
        status: what the member has decided.
        created_at: when it was made, in UTC; it was uploaded and shared a minute later.
    """

    model: str
    name: str
    owner: str
    member: str | None
    status: str
    hidden: bool
    created_at: datetime
    image_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def row(self, table: str, model: sqlite3.Row) -> dict[str, Any]:
        """Its row for this row of its model."""
        # To the microsecond, as Glance writes them: SQLite compares times as texts.
        times = {
            "created_at": f"{self.created_at:%Y-%m-%d %H:%M:%S.%f}",
            "updated_at": f"{self.created_at + timedelta(minutes=1):%Y-%m-%d %H:%M:%S.%f}",
        }
        own: dict[str, Any] = {"id": None, "image_id": self.image_id}
        if table == "images":
            own = {"id": self.image_id, "name": self.name, "owner": self.owner, "os_hidden": self.hidden}
            own |= self._contents()
        elif table == "image_members":
            own |= {"member": self.member, "status": self.status}
        return {**model, **times, **own}

    def _contents(self) -> dict[str, Any]:
        digest = hashlib.sha512(self.image_id.encode()).hexdigest()
        size = 500 * MIB + int(digest[:7], 16)
        return {"size": size, "virtual_size": 10240 * MIB, "checksum": digest[:32], "os_hash_value": digest}


def insert_copies(database: Path, copies: Sequence[ImageCopy]) -> None:
    """Put copies in the place of their models, which must be shared; all at once."""
    with closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        connection.row_factory = sqlite3.Row
        for table, key in TABLES.items():
            models = {model: _taken(connection, table, key, model) for model in {copy.model for copy in copies}}
            rows = [
                copy.row(table, row)
                for copy in copies
                for row in models[copy.model]
                if copy.member is not None or table != "image_members"
            ]
            places = ", ".join(f":{column}" for column in rows[0])
            connection.executemany(f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES ({places})", rows)  # noqa: S608 # names of Glance's own


def _taken(connection: sqlite3.Connection, table: str, key: str, image_id: str) -> list[sqlite3.Row]:
    rows = connection.execute(f"SELECT * FROM {table} WHERE {key} = ?", [image_id]).fetchall()  # noqa: S608 # the same
    connection.execute(f"DELETE FROM {table} WHERE {key} = ?", [image_id])  # noqa: S608 # the same
    return rows
