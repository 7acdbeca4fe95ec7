"""`watch`: images, each when it is shared."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli.cli.durations import parse_duration
from imgshare_cli.cli.filter_options import NameOption, OwnerOption, build_share_filter
from imgshare_cli.cli.options import common_options, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.images import Share
    from imgshare_cli.shares.arrivals import Arrivals

_LEAST_SECONDS, _MOST_SECONDS = 2, 86_400
_JITTER = 0.1  # a part of the interval: watches that began together do not ask together for long
IntervalOption = Annotated[str, typer.Option("--interval", metavar="DURATION", help="Check so often, such as 30s.")]


@with_session(common_options)
def watch(
    session: Session, owner: OwnerOption = None, name: NameOption = None, interval: IntervalOption = "1m"
) -> None:
    """Print each image when it is shared with your project.

    Prints the images that are pending, then each one that arrives, until Ctrl-C: a line each at a terminal, elsewhere
    JSON Lines, with the objects of `list --json`. A later watch with the same filters does not print them again. While
    the service is away, it goes on trying.
    """
    from imgshare_cli.terminal.termination import TerminatedError, raise_on_termination

    seconds = _parse_interval(interval)
    if session.output.is_at_terminal():
        session.output.print_note(f"Checking every {interval} which images are shared with you. Ctrl-C ends it.")
    try:
        with raise_on_termination():
            _Watcher(session, partial(_open_arrivals, session, owner, name), interval).run(seconds)
    except TerminatedError:
        return
    except KeyboardInterrupt:  # its usual end needs no words
        raise typer.Exit(130) from None


def _parse_interval(text: str) -> float:
    seconds = parse_duration(text, "--interval").total_seconds()
    if not _LEAST_SECONDS <= seconds <= _MOST_SECONDS:
        raise UsageError(f"--interval {text[:40]!r} is not between {_LEAST_SECONDS}s and 1d", hint="the default is 1m")
    return seconds


def _open_arrivals(session: Session, owner: str | None, name: str | None) -> Arrivals:
    """Open what arrives in the inbox; it may take a login."""
    from imgshare_cli.shares.arrivals import Arrivals
    from imgshare_cli.shares.inbox import Inbox
    from imgshare_cli.shares.seen_shares import SeenShares

    share_filter = build_share_filter(session, owner=owner, name=name)
    # Without workers, which would open further connections each time.
    inbox = Inbox(session.client, None, session.credential, session.settings.project_id)
    return Arrivals(
        partial(inbox.read_shares, share_filter),
        lambda project_id: SeenShares(session.endpoint, project_id, share_filter, session.environ),
        session.member_id,
    )


class _Watcher:
    """Prints what arrives, and says once when the service goes away and when it is back.

    Args:
        session: the run.
        open_arrivals: opens what arrives, as soon as the services that this takes are there.
        interval: the time between two checks, as it was typed.
    """

    def __init__(self, session: Session, open_arrivals: Callable[[], Arrivals], interval: str) -> None:
        self._session = session
        self._open_arrivals = open_arrivals
        self._interval = interval
        self._arrivals: Arrivals | None = None
        self._is_away = self._was_there = False

    def run(self, seconds: float) -> None:
        """Check again and again.

        Raises:
            BrokenPipeError: nobody reads the lines any more.
            ImgshareError: the service refuses what only a person can change.
        """
        while True:
            try:
                self._check()
            except UnavailableError as exc:
                self._note_absence(exc)
            else:
                self._note_return()
            pause = seconds * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  (no secret depends on it)
            self._session.output.wait(pause)

    def _check(self) -> None:
        from imgshare_cli.terminal.termination import hold_termination

        if self._arrivals is None:
            self._arrivals = self._open_arrivals()
        for share in self._arrivals.read():
            with hold_termination():
                self._print_share(share)

    def _print_share(self, share: Share) -> None:
        output = self._session.output
        if output.as_json or not output.is_at_terminal():
            output.print_json(share.to_json(), on_one_line=True)
            return
        from imgshare_cli.cli.owner_names import get_owner_names
        from imgshare_cli.terminal.owners import describe_share

        output.print_line(describe_share(share, get_owner_names(self._session)))

    def _note_absence(self, error: UnavailableError) -> None:
        if self._is_away:
            return
        self._is_away = True
        self._session.output.print_note(f"note: {error.message}; trying again every {self._interval}")
        if error.hint and not self._was_there:  # then a setting may be wrong
            self._session.output.print_note(f"hint: {error.hint}")

    def _note_return(self) -> None:
        if self._is_away:
            self._session.output.print_note("note: the service is back")
        self._is_away, self._was_there = False, True
