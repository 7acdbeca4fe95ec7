"""`log`: the decisions that were made from this machine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from imgshare_cli.cli.options import profile_and_json_options, text_option, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.config.durations import read_duration
from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imgshare_cli.log.entry import LogEntry

SinceOption = Annotated[
    str | None, text_option("--since", "AGE|DATE", "Only decisions since then: 1h, 7d, 2026-11-28, or a time (UTC).")
]
LoggedImageOption = Annotated[
    str | None, text_option("--image", "IMAGE", "Only decisions about this image: its ID or name.", completes="images")
]
LoggedOwnerOption = Annotated[
    str | None,
    text_option("--owner", "PROJECT", "Filter by owner: a project ID, or a name in [owners].", completes="owners"),
]
RuleOption = Annotated[str | None, text_option("--rule", "NAME", "Only decisions by this rule.")]


@with_session(profile_and_json_options)
def log(
    session: Session,
    since: SinceOption = None,
    image: LoggedImageOption = None,
    owner: LoggedOwnerOption = None,
    rule: RuleOption = None,
) -> None:
    """Show the decisions made from this machine, the oldest first.

    Each line says when what was decided about which image, by which command or rule, and by which user where that is
    known. With --json it is JSON Lines, which also have the hash, and which `imgshare reset --from -` reads to take
    decisions back.
    """
    from imgshare_cli.cli.project_arguments import resolve_owner
    from imgshare_cli.log.folder import find_log_folder
    from imgshare_cli.log.reader import read_entries

    first, owner_id = _parse_since(since), resolve_owner(session, owner)
    folder = find_log_folder(session.environ, session.file)
    if folder is None:
        session.output.print_note("note: the decision log is off")
        return
    entries = read_entries(folder, first, session.output.print_note)
    is_filtered = any(given is not None for given in (since, image, owner, rule))
    _print_entries(session, _select_entries(entries, image, owner_id, rule), is_filtered=is_filtered)


def _parse_since(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        if (age := read_duration(text)) is not None:
            return datetime.now(UTC) - age
        date = datetime.fromisoformat(text)
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except OverflowError:
        return None  # before all that calendars have
    except ValueError:
        raise UsageError(
            f"--since {text[:40]!r} is neither an age nor a date (try 1h or {datetime.now(UTC):%Y-%m-%d})",
            hint="use a number and s, m, h, d or w, or a date or time such as 2026-11-28T22:00:00Z",
        ) from None


def _select_entries(
    entries: Iterable[LogEntry], image: str | None, owner_id: str | None, rule: str | None
) -> Iterator[LogEntry]:
    for entry in entries:
        is_image = image is None or entry.name == image or entry.image_id.lower() == image.lower()
        is_owner = owner_id is None or (entry.owner or "").lower() == owner_id
        if is_image and is_owner and rule in {None, entry.rule}:
            yield entry


def _print_entries(session: Session, entries: Iterator[LogEntry], *, is_filtered: bool) -> None:
    """Print the decisions as they are read; a table needs all of them."""
    if session.output.as_json:
        for entry in entries:
            session.output.print_json(entry.to_json(), on_one_line=True)
        return
    from imgshare_cli.terminal.log_columns import build_log_columns, build_screen_columns
    from imgshare_cli.terminal.owners import name_owner

    def show_owner(owner_id: str | None) -> str:
        return name_owner(owner_id, session.file.owners)

    if not session.output.is_at_terminal():
        session.output.print_table(build_log_columns(show_owner), entries)
        return
    rows = list(entries)
    session.output.print_table(build_screen_columns(show_owner, rows), rows)
    if not rows:
        session.output.print_note("No decisions match." if is_filtered else "No decisions are in the log.")
