"""A plan in a file: what was decided about which shares, and what each image was at that time.

The file is JSON Lines: a header, and then a line for each share that is to be decided about.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from imgshare_cli.api.images import Image, Share
from imgshare_cli.api.models import MAX_ID, MAX_NAME, Status, fold_id, is_image_id, is_usable_id
from imgshare_cli.batch.fleet import FleetProject, ProjectAccess
from imgshare_cli.batch.planned_share import PlannedShare
from imgshare_cli.rules.model import Ruling, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMAT = "imgshare-plan-1"
MAX_SIZE = 64 << 20
_MAX_LINE = 64 << 10
_MAX_TEXT = 2000  # the longest that an address may be
_DECISIONS = (Verdict.ACCEPT, Verdict.REJECT, Verdict.ASK)


class PlanHeader(NamedTuple):
    """What a plan is about.

    Attributes:
        time: when it was made (UTC, ISO 8601).
        endpoint: the address of the image service; None in a run over many projects.
        project_id: the project that decides; None likewise, or where no share says it.
    """

    time: str
    endpoint: str | None
    project_id: str | None

    @property
    def is_fleet(self) -> bool:
        """Whether it is about many projects."""
        return self.endpoint is None


@dataclass(frozen=True)
class SavedPlan:
    """A plan as a file has it.

    Attributes:
        header: what it is about.
        shares: the shares.
    """

    header: PlanHeader
    shares: list[PlannedShare]


def shorten_fact(text: str | None) -> str | None:
    """Return a fact about an image as a plan keeps it: of a text that is longer than it may be, a hash."""
    if text is None or len(text) <= MAX_NAME:
        return text
    return f"sha256:{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()}"


def format_plan(header: PlanHeader, planned: Iterable[PlannedShare]) -> bytes:
    """Format a plan, without the shares that nothing is to be done with."""
    rows = [_describe_share(one) for one in planned if one.ruling.verdict is not Verdict.NONE]
    lines = [{"format": FORMAT, **header._asdict(), "shares": len(rows)}, *rows]
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


def _describe_share(planned: PlannedShare) -> dict[str, str | None]:
    image, project = planned.share.image, planned.project
    described = planned.to_json()
    facts = {
        "name": shorten_fact(image.name),
        "owner": shorten_fact(image.owner),
        "hash": image.hash,
        "image_status": shorten_fact(image.status),
        "status": planned.share.status.value,
        "reason": planned.ruling.reason[:_MAX_TEXT],
    }
    place = {"endpoint": project.service.endpoint} if project and project.service else {}
    return {**described, **facts, **place}


def parse_plan(content: bytes) -> SavedPlan:
    """Parse a plan.

    Raises:
        ValueError: it is none, or not whole; the message says what is wrong, and quotes nothing of it.
    """
    lines = content.split(b"\n")
    first = _parse_line(lines[0], 1)
    header = _parse_header(first)
    if lines[-1]:
        raise ValueError("its last line is not whole")
    shares = [_parse_share(_parse_line(line, number), header, number) for number, line in enumerate(lines[1:-1], 2)]
    _check_each_once(shares)
    if first.get("shares") != len(shares):
        raise ValueError("its first line says that it has another number of shares")
    return SavedPlan(header, shares)


def _check_each_once(shares: Iterable[PlannedShare]) -> None:
    """Check that nothing says twice, and perhaps in two ways, what is to be done with a share."""
    known = set()
    for number, planned in enumerate(shares, 2):
        place = (planned.project.cloud, planned.project.region) if planned.project else None
        key = (planned.endpoint, place, planned.share.image.number, fold_id(planned.share.member_id))
        if key in known:
            raise ValueError(f"line {number} is about a share that an earlier line is about")
        known.add(key)


def _parse_line(line: bytes, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line) if len(line) <= _MAX_LINE else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise _create_line_error(number)
    return value


def _parse_header(line: dict[str, Any]) -> PlanHeader:
    if line.get("format") != FORMAT:
        raise ValueError("it does not begin like a plan of this version of imgshare")
    endpoint = _read_text(line, "endpoint", _MAX_TEXT)
    header = PlanHeader(_read_text(line, "time") or "", endpoint, _read_text(line, "project_id"))
    if not header.time or (header.is_fleet and header.project_id is not None):
        raise _create_line_error(1)
    return header


def _parse_share(line: dict[str, Any], header: PlanHeader, number: int) -> PlannedShare:
    image, member_id = _parse_image(line, number), _read_text(line, "member_id") or ""
    rule = _read_text(line, "rule")
    reason, endpoint = (_read_text(line, key, _MAX_TEXT) for key in ("reason", "endpoint"))
    status, decision = _read_text(line, "status"), _read_text(line, "decision")
    own_id = _read_text(line, "project_id") if header.is_fleet else header.project_id
    if (
        status not in set(Status)
        or decision not in _DECISIONS
        or not rule
        or not is_usable_id(member_id)
        or member_id != own_id
        or (endpoint is None) == header.is_fleet
    ):
        raise _create_line_error(number)
    share = Share(image, member_id, Status(str(status)))
    ruling = Ruling(Verdict(str(decision)), rule, reason or "")
    return PlannedShare(share, ruling, _parse_access(line) if header.is_fleet else None, endpoint)


def _parse_access(line: dict[str, Any]) -> ProjectAccess:
    name, cloud, region = (_read_text(line, key, _MAX_TEXT) for key in ("project_name", "cloud", "region"))
    return ProjectAccess(FleetProject(_read_text(line, "project_id"), name, cloud=cloud, region=region))


def _parse_image(line: dict[str, Any], number: int) -> Image:
    image_id = _read_text(line, "image_id") or ""
    if not is_image_id(image_id):
        raise _create_line_error(number)
    name, owner, hash_, status = (_read_text(line, key) for key in ("name", "owner", "hash", "image_status"))
    return Image(image_id, name, owner, status, None, None, None, os_hidden=False, raw={}, hash=hash_)


def _read_text(line: dict[str, Any], key: str, limit: int = MAX_ID) -> str | None:
    """Read a text of a reasonable length, which may be missing."""
    value = line.get(key)
    if value is not None and not (isinstance(value, str) and len(value) <= limit):
        raise ValueError(f"{key} is not a text, or too long")
    return value


def _create_line_error(number: int) -> ValueError:
    return ValueError(f"line {number} is not a line of a plan")
