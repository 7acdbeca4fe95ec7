"""What `verify` holds the accepted images against: the decision log, and the rules where there are any."""

from __future__ import annotations

import errno
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from imgshare_cli.api.timestamps import parse_timestamp
from imgshare_cli.audit.decision_history import DecisionHistory
from imgshare_cli.cli.rule_files import RULES_VARIABLE, find_own_projects, find_rule_file, open_rules
from imgshare_cli.log.folder import find_log_folder
from imgshare_cli.log.reader import read_entries

if TYPE_CHECKING:
    from pathlib import Path

    from imgshare_cli.api.images import Share
    from imgshare_cli.cli.session import Session
    from imgshare_cli.rules.model import Ruling
    from imgshare_cli.rules.rule_set import RuleSet


def open_history(session: Session) -> DecisionHistory | None:
    """Read what was decided here at the image service of the run; None, with a note, where the log is off.

    Raises:
        ConfigError: the log cannot be read.
    """
    folder = find_log_folder(session.environ, session.file)
    if folder is None:
        session.output.print_note("note: the decision log is off, so only the images and the rules are checked")
        return None
    entries = read_entries(folder, note=session.output.print_note)
    return DecisionHistory(entries, session.client.endpoint)


def find_rules(session: Session, path: str | None) -> RuleSet | None:
    """Read the rules; None where none are named, and there is no file in the usual place.

    Raises:
        ConfigError: they are not valid, or a file that is named does not exist.
    """
    is_named = bool(path or session.environ.get(RULES_VARIABLE))
    return open_rules(session, path) if is_named or _may_exist(find_rule_file(session, path)) else None


def _may_exist(path: Path) -> bool:
    """Whether there is something in a place, also a link that leads nowhere, or nobody can say."""
    try:
        path.lstat()
    except OSError as exc:
        return exc.errno not in {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}
    return True


class Judge:
    """Says what the rules say about accepted shares.

    Args:
        session: the run.
        rule_set: the rules.
    """

    def __init__(self, session: Session, rule_set: RuleSet) -> None:
        self._session = session
        self._rule_set = rule_set

    def judge(self, share: Share) -> Ruling:
        """Say what today's rules say about a share, as old as it was when it was accepted."""
        decided_at = parse_timestamp(share.member.updated_at) if share.member else None
        return self._rule_set.judge(share, decided_at or datetime.now(UTC), self._own_projects)

    @cached_property
    def _own_projects(self) -> frozenset[str]:
        # Asked when the first share has been read: a token that has expired is renewed by then.
        return find_own_projects(self._session, self._rule_set)
