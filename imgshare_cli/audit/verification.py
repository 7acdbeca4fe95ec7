"""Holds what is accepted against the decision log and the rules, and looks for what was accepted and is not there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from imgshare_cli.api.images import Share
from imgshare_cli.api.models import Status, fold_id, is_same_id
from imgshare_cli.audit.verify_findings import VerifiedShare, VerifyFinding, verify_accepted
from imgshare_cli.errors import AuthError, ImgshareError, NotFoundError
from imgshare_cli.shares.worker_pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member
    from imgshare_cli.audit.decision_history import DecisionHistory
    from imgshare_cli.log.entry import LogEntry
    from imgshare_cli.rules.model import Ruling
    from imgshare_cli.shares.share_filter import ShareFilter


class Verification:
    """Verifies the accepted shares of a project.

    Args:
        open_client: opens a connection to the image service.
        history: what was decided here; None where the log does not count.
        judge: says what the rules say about a share; None where there are none.
        redact: replaces secrets in a name, as in the log.
        find_project: finds out which project it is, where no share shows it.
    """

    def __init__(
        self,
        open_client: Callable[[], ImageClient],
        history: DecisionHistory | None,
        judge: Callable[[Share], Ruling] | None,
        redact: Callable[[str], str],
        find_project: Callable[[], str],
    ) -> None:
        self._workers = WorkerPool(open_client)
        self._history = history
        self._judge = judge
        self._redact = redact
        self._find_project = find_project

    def verify(self, shares: Iterable[Share], share_filter: ShareFilter) -> Iterator[VerifiedShare]:
        """Yield each accepted share as it is read, and then what was accepted here and is not among them.

        Args:
            shares: the accepted shares that match the filter.
            share_filter: is applied to the decisions as well, as far as they say what the image was.

        Raises:
            AuthError: the credential was rejected.
            ImgshareError: the shares could not be read.
        """
        read: set[tuple[str, str]] = set()
        for share in shares:
            read.add((share.image.id.lower(), fold_id(share.member_id)))
            yield self._verify_accepted(share)
        missing = [entry for entry in self._list_accepts(share_filter) if _get_key(entry) not in read]
        if not missing:
            return
        project_id = next((member_id for _, member_id in read), None) or self._find_project()
        ours = [entry for entry in missing if is_same_id(entry.member_id, project_id)]
        yield from self._workers.map_in_order(self._verify_missing, ours)

    def _list_accepts(self, share_filter: ShareFilter) -> Iterator[LogEntry]:
        if self._history is None:
            return
        now = datetime.now(UTC)
        for entry in self._history.list_accepts():
            is_owner = share_filter.owner is None or is_same_id(entry.owner or "", share_filter.owner)
            if is_owner and share_filter.matches_text(entry.name) and share_filter.matches_time(entry.decided_at, now):
                yield entry

    def _verify_accepted(self, share: Share) -> VerifiedShare:
        logged = self._history.find_accept(share.image.id, share.member_id) if self._history else None
        ruling = self._judge(share) if self._judge else None
        return verify_accepted(share, logged, ruling, self._redact, with_log=self._history is not None)

    def _verify_missing(self, client: ImageClient, entry: LogEntry) -> VerifiedShare:
        try:
            member, image = _find_member(client, entry), _find_image(client, entry)
        except AuthError:
            raise
        except ImgshareError as exc:
            return VerifiedShare(entry.image_id, entry.member_id, logged=entry, error=exc)
        if image and member and member.status is Status.ACCEPTED:  # it was accepted meanwhile, or a filter hid it
            return self._verify_accepted(Share(image, entry.member_id, member.status, member))
        finding = VerifyFinding.GONE
        if image:
            finding = VerifyFinding.NOT_ACCEPTED if member else VerifyFinding.UNSHARED
            image = image.copy_without_raw()
        status = member.status if member else None
        return VerifiedShare(entry.image_id, entry.member_id, image, status, (finding,), entry)


def _get_key(entry: LogEntry) -> tuple[str, str]:
    return entry.image_id.lower(), fold_id(entry.member_id)


def _find_member(client: ImageClient, entry: LogEntry) -> Member | None:
    try:
        return client.get_member(entry.image_id, entry.member_id)
    except NotFoundError:
        return None


def _find_image(client: ImageClient, entry: LogEntry) -> Image | None:
    try:
        return client.get_image(entry.image_id)
    except NotFoundError:
        return None
