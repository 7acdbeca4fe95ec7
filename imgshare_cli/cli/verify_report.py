"""What `verify` prints: the findings, and how many there are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from imgshare_cli.audit.verify_findings import VerifyFinding
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.errors import PartialError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imgshare_cli.audit.verify_findings import VerifiedShare
    from imgshare_cli.cli.session import Session
    from imgshare_cli.errors import ImgshareError


class VerifyReport:
    """Prints what was verified, and counts it.

    Args:
        session: the run.
        wanted: the findings that count; none are all.
    """

    def __init__(self, session: Session, wanted: frozenset[VerifyFinding]) -> None:
        self._session = session
        self._wanted = wanted
        self._count = 0
        self._with_findings = 0
        self._counts: Counter[VerifyFinding] = Counter()
        self._failures: list[ImgshareError] = []

    def print_shares(self, shares: Iterable[VerifiedShare]) -> None:
        """Print each share as JSON, or those with findings as a table."""
        output = self._session.output
        if output.as_json:
            output.print_array(output.add_error(share.to_json(), share.error) for share in self._select(shares))
            return
        from imgshare_cli.cli.owner_names import get_owner_names
        from imgshare_cli.terminal.verify_columns import build_verify_columns

        found = (share for share in self._select(shares) if share.findings)
        output.print_table(build_verify_columns(get_owner_names(self._session)), found)

    def check(self) -> None:
        """Check that there were no findings.

        Raises:
            PartialError: there were, or some images could not be verified.
        """
        output = self._session.output
        if not output.as_json:
            for error in self._failures:
                output.print_error(error)
        if self._with_findings or self._failures:
            raise PartialError(self._summarize(), hint=self._suggest())
        if output.is_at_terminal() and not output.as_json:
            output.print_note(f"{_count_images(self._count)} verified, and nothing was found.")

    def _select(self, shares: Iterable[VerifiedShare]) -> Iterator[VerifiedShare]:
        """Yield the shares that are printed, and count all."""
        for share in shares:
            self._count += 1
            found = self._wanted.intersection(share.findings) if self._wanted else share.findings
            self._counts.update(found)
            self._with_findings += bool(found)
            if share.error:
                self._failures.append(share.error)
            if found or share.error or not self._wanted:
                yield share

    def _summarize(self) -> str:
        of_all = f"of {_count_images(self._count)}"
        found = ", ".join(f"{self._counts[one]:,} {one.value}" for one in VerifyFinding if self._counts[one])
        have = "has" if self._with_findings == 1 else "have"
        parts = [f"{self._with_findings:,} {of_all} {have} findings: {found}"] if found else []
        failed = f"{len(self._failures):,} {'' if found else f'{of_all} '}could not be verified"
        return "; ".join([*parts, *([failed] if self._failures else [])])

    def _suggest(self) -> str | None:
        if self._session.output.as_json or not self._with_findings:
            return None
        typed = TypedCommand(self._session.context)
        # IMS makes no share pending again.
        is_ims = self._session.connections.lead_to_ims
        undo = typed.build_other("reject" if is_ims else "reset", "ID")
        return (
            f"{typed.build({}, {'--json': True})} has all that is known, {undo} {'hides' if is_ims else 'resets'} one"
        )


def _count_images(count: int) -> str:
    return "1 accepted image" if count == 1 else f"{count:,} accepted images"
