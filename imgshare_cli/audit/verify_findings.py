"""What `verify` finds out about an accepted image, by the image, the decision log and the rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from imgshare_cli.api.models import Status, is_same_id
from imgshare_cli.rules.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.images import Image, Share
    from imgshare_cli.errors import ImgshareError
    from imgshare_cli.log.entry import LogEntry
    from imgshare_cli.rules.model import Ruling

_LOGGED_KEYS = ("time", "user", "command", "rule", "name", "owner", "hash")


class VerifyFinding(StrEnum):
    """A finding, in the order in which they are shown.

    `gone`: deleted or unshared since it was accepted here; Glance answers 404 in both cases. `unshared`: it is there,
    and not shared with us any longer. `not_accepted`: it is pending or rejected, which was not decided here.
    `owner_changed`, `name_changed`, `hash_changed`: it is not what it was when it was accepted. `deactivated`: nobody
    can use it. `hidden`: lists leave it out. `not_logged`: nobody accepted it here. `against_rules`: the rules of
    today would not accept it, nor ask.
    """

    GONE = "gone"
    UNSHARED = "unshared"
    NOT_ACCEPTED = "not_accepted"
    OWNER_CHANGED = "owner_changed"
    NAME_CHANGED = "name_changed"
    HASH_CHANGED = "hash_changed"
    DEACTIVATED = "deactivated"
    HIDDEN = "hidden"
    NOT_LOGGED = "not_logged"
    AGAINST_RULES = "against_rules"


@dataclass(frozen=True)
class VerifiedShare:
    """A share that is accepted, or was accepted here.

    Attributes:
        image_id: the image's ID.
        member_id: the project that accepted it.
        image: the image; None where it is gone, or could not be read.
        status: the status of the share; None where there is none.
        findings: what was found out.
        logged: the decision that accepted it; None where nobody did here, or the log was not asked.
        ruling: what the rules say; None where there are no rules, or no share.
        error: why it could not be verified.
    """

    image_id: str
    member_id: str
    image: Image | None = None
    status: Status | None = None
    findings: tuple[VerifyFinding, ...] = ()
    logged: LogEntry | None = None
    ruling: Ruling | None = None
    error: ImgshareError | None = None

    @property
    def name(self) -> str | None:
        """The name of the image, or the last that is known."""
        return self.image.name if self.image else self.logged and self.logged.name

    @property
    def owner(self) -> str | None:
        """The owner of the image, or the last that is known."""
        return self.image.owner if self.image else self.logged and self.logged.owner

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object, without its error."""
        return {
            "image_id": self.image_id,
            "member_id": self.member_id,
            "name": self.name,
            "owner": self.owner,
            "hash": self.image.hash if self.image else None,
            "status": self.status.value if self.status else None,
            "findings": [finding.value for finding in self.findings],
            "rule": self.ruling.rule if self.ruling else None,
            "reason": self.ruling.reason if self.ruling else None,
            "logged": {key: getattr(self.logged, key) for key in _LOGGED_KEYS} if self.logged else None,
        }


def verify_accepted(
    share: Share, logged: LogEntry | None, ruling: Ruling | None, redact: Callable[[str], str], *, with_log: bool
) -> VerifiedShare:
    """Compare an accepted share with the decision that accepted it, and with the rules.

    Args:
        share: the share.
        logged: the decision; None where nobody accepted it here.
        ruling: what the rules say.
        redact: replaces secrets in a name, as in the log.
        with_log: whether the log counts.
    """
    image = share.image
    was_owner, was_hash = logged and logged.owner, logged and logged.hash
    holds = {
        VerifyFinding.OWNER_CHANGED: was_owner is not None and not is_same_id(was_owner, image.owner or ""),
        VerifyFinding.NAME_CHANGED: _has_other_name(image, logged, redact),
        VerifyFinding.HASH_CHANGED: was_hash is not None and was_hash != image.hash,
        VerifyFinding.DEACTIVATED: image.status == "deactivated",
        VerifyFinding.HIDDEN: image.os_hidden,
        VerifyFinding.NOT_LOGGED: with_log and logged is None,
        VerifyFinding.AGAINST_RULES: ruling is not None and ruling.verdict in {Verdict.REJECT, Verdict.NONE},
    }
    findings = tuple(finding for finding, is_so in holds.items() if is_so)
    plain = image.copy_without_raw()
    return VerifiedShare(image.id, share.member_id, plain, share.status, findings, logged, ruling)


def _has_other_name(image: Image, logged: LogEntry | None, redact: Callable[[str], str]) -> bool:
    """Whether an image has another name than was logged; a name that was not known then is none."""
    return logged is not None and logged.name is not None and logged.name != redact(image.name or "")
