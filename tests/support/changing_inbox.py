"""An inbox whose owner changes images while somebody decides about them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.support.fake_service import MEMBER
from tests.support.known_owners import get_owners_file
from tests.support.rules import OTHER, RuledInbox, build_rule, write_rules
from tests.support.scripted_images import build_image, build_image_id

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.support.scripted_images import Query

Answer = tuple[int, Any]
RULES = (
    build_rule("accept", "golden", owner='"platform"', image='"golden-*"')
    + build_rule("reject", "no windows", image='"win*"')
    + build_rule("ask", "vendor", owner='"vendor"')
)
GOLDEN, WINDOWS, RED, CHINESE = map(build_image_id, range(1, 5))
HASH = {"os_hash_algo": "sha512", "os_hash_value": "ab" * 64}


class ChangingInbox(RuledInbox):
    """Keeps what is decided, and shows each image as its owner has changed it.

    Attributes:
        statuses: the status of each share that is not pending.
        changed: what is different in an image by now from what the list says.
        on_accept: what its owner changes at the moment in which it is accepted.
        refused: the statuses that nobody may set.
        refusal: the HTTP status that says so.
        gone: the images that cannot be read any more once they are accepted, and with which status.
        on_decision: is called with each decision.
    """

    def __init__(self) -> None:
        super().__init__()
        self.statuses: dict[str, str] = {}
        self.changed: dict[str, dict[str, Any]] = {}
        self.on_accept: dict[str, dict[str, Any]] = {}
        self.refused: set[str] = set()
        self.refusal = 403
        self.gone: dict[str, int] = {}
        self.on_decision: Callable[[str, str], None] = lambda _image, _status: None
        self.decisions: list[tuple[str, str]] = []
        self.image = self._show

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Point the tool at it, with rules and an image for each decision; nothing was accepted before."""
        super().enter(monkeypatch)
        get_owners_file().unlink()
        write_rules(RULES)
        self.rows["pending"] = [
            build_image(1, name="golden-debian-12", **HASH),
            build_image(2, name="windows-10"),
            build_image(3, name="[red] hat", owner=OTHER),
            build_image(4, name="数据库-openEuler"),
        ]

    def _show(self, image_id: str) -> dict[str, Any]:
        rows = [row for rows in self.rows.values() for row in rows if row["id"] == image_id]
        return {**rows[0], **self.changed.get(image_id, {})}

    def reply(self, method: str, path: str, query: Query, body: Any) -> Answer:
        """The status and the body of an answer."""
        found = re.fullmatch(r"/v2/images/([^/]+)(/members/[^/]+)?", path)
        image_id = found[1] if found else ""
        if method == "PUT":
            if body["status"] in self.refused:
                return self.refusal, {"message": "no"}
            self.decisions.append((image_id, body["status"]))
            self.statuses[image_id] = body["status"]
            if body["status"] == "accepted":
                self.changed[image_id] = {**self.changed.get(image_id, {}), **self.on_accept.get(image_id, {})}
            self.on_decision(image_id, body["status"])
        elif found and not found[2] and self.statuses.get(image_id) == "accepted" and image_id in self.gone:
            return self.gone[image_id], {"message": "no"}
        self.status = self.statuses.get(image_id, "pending")
        status, answer = super().reply(method, path, query, body)
        changes = {"updated_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"} if method == "PUT" else {}
        return status, {**answer, **changes}

    def list_requests(self, image_id: str) -> list[tuple[str, str]]:
        """List the requests about an image and its share with MEMBER, in order."""
        paths = {f"/v2/images/{image_id}", f"/v2/images/{image_id}/members/{MEMBER}"}
        return [(method, path) for method, path, _ in self.requests if path in paths]
