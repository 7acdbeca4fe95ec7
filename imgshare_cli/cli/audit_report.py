"""What `audit` prints: the shares, what could not be read, and for people how many there are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from imgshare_cli.audit.findings import AuditFinding
from imgshare_cli.audit.own_images import find_own_project
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.errors import PartialError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.api.images import Image
    from imgshare_cli.audit.audit import Audit, AuditedShare
    from imgshare_cli.cli.session import Session
    from imgshare_cli.errors import ImgshareError


class AuditReport:
    """Prints the shares that have one of the findings, or all, and counts them.

    Args:
        session: the run.
        audit: reads the shares.
        wanted: the findings; none are all shares.
    """

    def __init__(self, session: Session, audit: Audit, wanted: frozenset[AuditFinding]) -> None:
        self._session = session
        self._audit = audit
        self._wanted = wanted
        self._images: set[int] = set()
        self._counts: Counter[AuditFinding | None] = Counter()
        self._failures: list[tuple[Image, ImgshareError]] = []

    def print_shares(self) -> None:
        """Print each share as it is read."""
        output = self._session.output
        if output.as_json:
            output.print_array(output.add_error(share.to_json(), share.error) for share in self._read_shares())
            return
        from imgshare_cli.cli.owner_names import get_owner_names
        from imgshare_cli.terminal.audit_columns import build_audit_columns

        shares = (share for share in self._read_shares() if not share.error)
        output.print_table(build_audit_columns(get_owner_names(self._session)), shares)

    def print_end(self) -> None:
        """Print what people should know besides.

        Raises:
            PartialError: the shares of some images could not be read.
        """
        output = self._session.output
        if not output.as_json:
            for _, error in self._failures:
                output.print_error(error)
            if output.is_at_terminal():
                self._print_summary()
        if self._failures:
            count = _count_images(len(self._failures))
            raise PartialError(f"the shares of {count} could not be read", hint="those of the others are listed")

    def _read_shares(self) -> Iterator[AuditedShare]:
        session = self._session
        project_id = session.member_id or find_own_project(session.client, session.credential)
        for share in self._audit.read_shares(project_id):
            if share.error:
                self._failures.append((share.image, share.error))
            elif self._wanted and not self._wanted.intersection(share.findings):
                continue
            else:
                self._images.add(share.image.number)
                self._counts.update(share.findings or [None])
            yield share

    def _print_summary(self) -> None:
        output, typed = self._session.output, TypedCommand(self._session.context)
        for sentence in self._describe_counts():
            output.print_note(sentence)
        if self._counts[AuditFinding.DEAD]:
            audit = typed.build({}, {"--finding": AuditFinding.DEAD.value, "--json": True})
            output.print_note(f"Pipe {audit} into {typed.build_other('unshare', '--from', '-')} to unshare the dead.")
        elif self._images and not self._audit.projects.is_told:
            output.print_note("Which projects no longer exist is not known: only an administrator may ask for it.")

    def _describe_counts(self) -> list[str]:
        if not self._images:
            return ["No shares with such findings were found." if self._wanted else "Your project shares no images."]
        found = [f"{self._counts[finding]:,} {finding.value}" for finding in AuditFinding if self._counts[finding]]
        matching = " with such findings" if self._wanted else ""
        images = _count_images(len(self._images))
        return [f"Shares of {images}{matching}: {', '.join(found) or 'nothing is wrong with them'}."]


def _count_images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"
