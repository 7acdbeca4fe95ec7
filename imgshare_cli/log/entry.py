"""One line of the decision log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from imgshare_cli.api.models import Status, is_image_id, is_usable_id
from imgshare_cli.api.timestamps import parse_timestamp

if TYPE_CHECKING:
    from datetime import datetime

_MAX_TEXT = 2000  # the longest that is written is an address


class LogEntry(NamedTuple):
    """A decision; the fields are the keys of its line, in their order.

    Attributes:
        time: when it was made, by the clock of the machine (UTC, ISO 8601, with milliseconds and a `Z`).
        cloud: the entry of clouds.yaml that was logged in with.
        endpoint: the address of the image service.
        project_id: the ID of the project that decided.
        user: the name of the user who was logged in.
        image_id: the ID of the image.
        member_id: the ID of the project that the image is shared with.
        name: the name of the image.
        owner: the ID of the project that owned the image.
        hash: the hash of the image as `Image.hash`, such as `sha512:…`.
        old_status: the status of the share before, in the API's words.
        new_status: the status of the share after it, in the API's words.
        command: the name of the command that decided.
        rule: the name of the rule that decided.
        request_id: the service's ID of the request.

    What was not known without a further request is None.
    """

    time: str
    cloud: str | None
    endpoint: str | None
    project_id: str | None
    user: str | None
    image_id: str
    member_id: str
    name: str | None
    owner: str | None
    hash: str | None
    old_status: str | None
    new_status: str
    command: str | None
    rule: str | None
    request_id: str | None

    @property
    def decided_at(self) -> datetime:
        """When the decision was made."""
        decided_at = parse_timestamp(self.time)
        if decided_at is None:
            raise ValueError("without a valid time")
        return decided_at

    def to_json(self) -> dict[str, str | None]:
        """Return the object of its line."""
        return self._asdict()

    @classmethod
    def from_json(cls, value: object) -> LogEntry:
        """Parse the object of a line, which may hold anything; a field that is not needed and not valid is None.

        Raises:
            ValueError: it is not a decision.
        """
        if not isinstance(value, dict):
            raise ValueError("not an object")  # noqa: TRY004  (of a file, not of a caller)
        fields: dict[str, Any] = {name: _read_text(value.get(name)) for name in cls._fields}
        entry = cls(**fields)
        if parse_timestamp(entry.time) is None or entry.new_status not in list(Status):
            raise ValueError("without a valid time or status")
        if not is_image_id(entry.image_id or "") or not is_usable_id(entry.member_id or ""):
            raise ValueError("without a valid image_id or member_id")
        return entry


def _read_text(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= _MAX_TEXT else None
