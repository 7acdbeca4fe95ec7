"""One command line: its output, and the sessions that its command opens."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from imgshare_cli.cli.redaction import Redactor
from imgshare_cli.cli.session import Session
from imgshare_cli.terminal.output import Output

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typer

    from imgshare_cli.config.settings import Flags


class Invocation:
    """Holds the output and sessions of one command line.

    Args:
        environ: the environment of the run.
        as_json: whether a program reads the answer.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ, *, as_json: bool = False) -> None:
        self.environ = environ
        self._redactor = Redactor(environ)
        self.output = Output(sys.stdout, sys.stderr, environ, as_json=as_json, redact=self._redactor.redact_message)
        self._sessions: list[Session] = []

    def open_session(
        self,
        flags: Flags,
        context: typer.Context,
        *,
        new_profile: bool = False,
        environ: Mapping[str, str] | None = None,
    ) -> Session:
        """Make a session, which is closed at the end.

        Args:
            flags: the common options.
            context: the command line that has them.
            new_profile: whether they may name a profile that does not exist yet.
            environ: another environment than that of the run.
        """
        if self._is_debug_set:
            flags = replace(flags, debug=True)
        session = Session(
            flags,
            self.environ if environ is None else environ,
            self.output,
            self._redactor,
            context,
            new_profile=new_profile,
        )
        self._sessions.append(session)
        return session

    @property
    def last_session(self) -> Session | None:
        """The session that was opened last, if any was."""
        return self._sessions[-1] if self._sessions else None

    @property
    def is_debug(self) -> bool:
        """Whether a bug is shown with its traceback."""
        return self._is_debug_set or any(session.flags.debug for session in self._sessions)

    @property
    def _is_debug_set(self) -> bool:
        if "IMGSHARE_DEBUG" not in self.environ:
            return False
        from imgshare_cli.cli.attendance import is_switched_on

        return is_switched_on(self.environ, "IMGSHARE_DEBUG")

    def redact(self, text: str) -> str:
        """Replace every secret that is known by now in a text."""
        return self._redactor.redact(text)

    def close(self) -> None:
        """Close all sessions."""
        for session in self._sessions:
            session.close()
