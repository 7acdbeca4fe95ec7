"""`audit`: every share of the project's images, and what is wrong with it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from imgshare_cli.cli.options import common_options, text_option, with_session
from imgshare_cli.cli.session import Session

if TYPE_CHECKING:
    from imgshare_cli.audit.audit import Audit

FindingOption = Annotated[
    str | None,
    text_option(
        "--finding", "NAMES", "Only shares with one of these findings, such as stale,dead.", completes="audit_findings"
    ),
]
StaleOption = Annotated[
    str,
    text_option("--older-than", "AGE", "Pending shares are stale after this time, such as 12h or 7d. [default: 30d]"),
]


@with_session(common_options)
def audit(session: Session, finding: FindingOption = None, older_than: StaleOption = "30d") -> None:
    """List all shares of your images, and what is wrong with them.

    SINCE is when the status last changed. The findings are: stale, pending for too long; dead, the identity service
    has no such project, which it tells administrators alone; unrecognised_id, not the ID of a project, as far as
    anyone can say; rejected; deactivated, nobody can use the image; crowded, the image has nearly as many members as
    it may have. --json prints an array that `unshare --from -` takes. The exit code is 0 whatever is found.
    """
    from imgshare_cli.audit.findings import AuditFinding
    from imgshare_cli.cli import durations
    from imgshare_cli.cli.audit_report import AuditReport
    from imgshare_cli.cli.finding_options import parse_findings

    wanted = parse_findings(finding, AuditFinding)
    stale_before = datetime.now(UTC) - durations.parse_duration(older_than, "--older-than")
    opened = _open_audit(session, stale_before)
    report = AuditReport(session, opened, wanted)
    with session.output.show_progress("reading the shares") if session.output.is_at_terminal() else nullcontext():
        report.print_shares()
    report.print_end()


def _open_audit(session: Session, stale_before: datetime) -> Audit:
    from imgshare_cli.audit.audit import Audit

    return Audit(session.client, session.open_worker_client, session.connections.open_identity_client, stale_before)
