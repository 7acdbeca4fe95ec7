"""Plans in files: what `plan --out` writes, and what `apply PLAN` reads."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.batch.plan_file import MAX_SIZE, PlanHeader, format_plan, parse_plan
from imgshare_cli.cli.rule_files import RULES_SUFFIX
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.config.file_reading import read_file
from imgshare_cli.config.file_writing import replace_file
from imgshare_cli.errors import UsageError
from imgshare_cli.rules.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imgshare_cli.batch.plan_file import SavedPlan
    from imgshare_cli.batch.planned_share import PlannedShare
    from imgshare_cli.cli.session import Session


class PlanSaver:
    """Keeps what a plan says while it is shown, and writes it to a file once it is whole.

    Args:
        session: the run.
        path: the value of --out.
        is_fleet: whether the plan is about many projects.

    Raises:
        UsageError: there can be no file.
    """

    def __init__(self, session: Session, path: str, *, is_fleet: bool) -> None:
        self._session = session
        self._shown = hints.quote_text(path)
        self._word = hints.quote_word(path, "PLAN")
        self._is_fleet = is_fleet
        self._kept: list[PlannedShare] = []
        try:
            self._path = Path(path).resolve()
            can_be_written = self._path.parent.is_dir() and (self._path.is_file() or not self._path.exists())
        except (OSError, ValueError, RuntimeError):
            can_be_written = False
        if not path or not can_be_written:
            raise UsageError(
                f"cannot write a plan to {self._shown}", hint="use the path of a file, in a folder that exists"
            )

    def keep_shares(self, planned: Iterable[PlannedShare]) -> Iterator[PlannedShare]:
        """Pass on all shares, and keep those that something is to be done with."""
        for one in planned:
            if one.ruling.verdict is not Verdict.NONE:
                self._kept.append(one)
            yield one

    def save(self) -> None:
        """Write the plan in one step, readable by its owner alone.

        Raises:
            UsageError: it cannot be written.
        """
        try:
            replace_file(self._path, format_plan(self._create_header(), self._kept))
        except OSError as exc:
            reason = (exc.strerror or "write error").lower()
            raise UsageError(
                f"cannot write the plan to {self._shown}: {reason}", hint="use another path after --out"
            ) from exc
        if self._session.output.is_at_terminal() and not self._session.output.as_json:
            self._session.output.print_note(f"{hints.build_command('apply', self._word)} does what this plan says")

    def _create_header(self) -> PlanHeader:
        time = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        if self._is_fleet:
            return PlanHeader(time, None, None)
        project_id = self._kept[0].share.member_id if self._kept else self._session.member_id
        return PlanHeader(time, self._session.endpoint, project_id)


def read_saved_plan(session: Session, path: str, *, is_fleet: bool) -> SavedPlan:
    """Read a saved plan, which must be about the same service and the same project.

    Args:
        session: the run.
        path: the path of the file.
        is_fleet: whether the run is about many projects.

    Raises:
        UsageError: it cannot be read, or is about others.
    """
    shown = hints.quote_text(path)
    try:
        contents = read_file(Path(path), MAX_SIZE)
        if contents is None:
            raise UsageError(f"there is no plan in {shown}", hint=_build_plan_hint(session, path))
        saved = parse_plan(contents.content)
    except OSError as exc:
        reason = exc.strerror or "read error"
        raise UsageError(f"cannot read the plan in {shown}: {reason}", hint=_build_plan_hint(session, path)) from exc
    except ValueError as exc:
        raise UsageError(f"{shown} is not a plan: {exc}", hint=_build_plan_hint(session, path)) from exc
    _check_header(session, shown, saved.header, is_fleet=is_fleet)
    return saved


def _build_plan_hint(session: Session, path: str) -> str:
    if path.endswith(RULES_SUFFIX):
        apply_it = TypedCommand(session.context).build({"plan": None}, {"--rules": path})
        return f"did you mean {apply_it}?"
    return f"{hints.build_command('plan', '--out', 'PLAN')} writes one"


def _check_header(session: Session, shown: str, header: PlanHeader, *, is_fleet: bool) -> None:
    if header.is_fleet and not is_fleet:
        raise UsageError(
            f"the plan in {shown} is about many projects",
            hint="use the options for projects with which it was made, such as --all-projects",
        )
    if header.is_fleet:
        return  # each of its lines says where it is from
    if is_fleet:
        raise UsageError(f"the plan in {shown} is about one project", hint="omit the options for many projects")
    if header.endpoint != session.endpoint:
        raise UsageError(
            f"the plan in {shown} is about another image service: {hints.quote_text(header.endpoint or '')}",
            hint=f"this run asks {session.endpoint}; use the same profile, cloud or endpoint as for the plan",
        )
    own_id = session.member_id
    if own_id and header.project_id and own_id != header.project_id:
        raise UsageError(
            f"the plan in {shown} is about project {hints.quote_unless_plain(header.project_id)}, not {own_id}",
            hint="use the same login, or the same --project, as for the plan",
        )
