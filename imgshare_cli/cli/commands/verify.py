"""`verify`: what is accepted, held against the decision log and the rules."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli.cli.filter_options import (
    NameOption,
    NewerThanOption,
    OlderThanOption,
    OwnerOption,
    StatusChoice,
    build_share_filter,
)
from imgshare_cli.cli.options import common_options, text_option, with_session
from imgshare_cli.cli.rule_files import RulesOption
from imgshare_cli.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.api.images import Share
    from imgshare_cli.audit.verification import Verification
    from imgshare_cli.rules.rule_set import RuleSet
    from imgshare_cli.shares.share_filter import ShareFilter

VerifyFindingOption = Annotated[
    str | None,
    text_option(
        "--finding",
        "NAMES",
        "Only images with one of these findings, such as gone,hash_changed.",
        completes="verify_findings",
    ),
]
NoLogOption = Annotated[
    bool, typer.Option("--no-log", help="Do not compare with the decision log, as on another machine.")
]


@with_session(common_options)
def verify(  # noqa: PLR0913, PLR0917  (its options)
    session: Session,
    finding: VerifyFindingOption = None,
    no_log: NoLogOption = False,  # noqa: FBT002
    rules: RulesOption = None,
    owner: OwnerOption = None,
    name: NameOption = None,
    older_than: OlderThanOption = None,
    newer_than: NewerThanOption = None,
) -> None:
    """Compare what is accepted with the decision log and your rules.

    The findings are: gone, deleted or unshared; unshared; not_accepted, accepted here and now pending or rejected;
    owner_changed, name_changed, hash_changed, since it was accepted; deactivated, nobody can use the image; hidden;
    not_logged, not accepted from this machine; against_rules, which would not accept it today. Prints the images with
    findings, or with --json all of them. The exit code is 9 where there are findings, else 0.
    """
    from imgshare_cli.audit.verify_findings import VerifyFinding
    from imgshare_cli.cli.finding_options import parse_findings
    from imgshare_cli.cli.verify_report import VerifyReport
    from imgshare_cli.cli.verify_sources import find_rules

    report = VerifyReport(session, parse_findings(finding, VerifyFinding))
    rule_set = find_rules(session, rules)
    share_filter = build_share_filter(
        session,
        StatusChoice.ACCEPTED,
        owner=owner,
        name=name,
        older_than=older_than,
        newer_than=newer_than,
        with_member=rule_set is not None and rule_set.needs_age,
    )
    verification = _open_verification(session, rule_set, no_log=no_log)
    with session.output.show_progress("reading the list") if session.output.is_at_terminal() else nullcontext():
        report.print_shares(verification.verify(_read_shares(session, share_filter), share_filter))
    report.check()


def _read_shares(session: Session, share_filter: ShareFilter) -> Iterator[Share]:
    """Read the accepted shares, and remember them for TAB and for the beginnings of IDs."""
    from imgshare_cli.cli.id_prefixes import get_last_list

    shares = session.inbox.read_shares(share_filter)
    is_shown = session.output.is_at_terminal()
    return get_last_list(session).remember_images(shares, is_whole=False, is_shown=is_shown)


def _open_verification(session: Session, rule_set: RuleSet | None, *, no_log: bool) -> Verification:
    from imgshare_cli.audit.own_images import find_own_project
    from imgshare_cli.audit.verification import Verification
    from imgshare_cli.cli.verify_sources import Judge, open_history

    def find_project() -> str:
        return session.member_id or find_own_project(session.client, session.credential)

    history = None if no_log else open_history(session)
    judge = Judge(session, rule_set).judge if rule_set else None
    return Verification(session.open_worker_client, history, judge, session.output.redact, find_project)
