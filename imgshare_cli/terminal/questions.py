"""Asks the user at the terminal for a line, for one of several choices, or for a yes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from imgshare_cli.errors import InterruptedByUserError
from imgshare_cli.spelling import find_close
from imgshare_cli.terminal.pending_input import discard_pending_input
from imgshare_cli.truncation import truncate_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.terminal.output import Output

_MAX_SHOWN = 200
Key = TypeVar("Key")


def ask_line(output: Output, question: str, default: str = "") -> str:
    """Ask for one line; an empty one is the default.

    Raises:
        InterruptedByUserError: the input ended.
    """
    shown = f" [{truncate_text(default, _MAX_SHOWN)}]" if default else ""
    return _read_answer(output, f"{question}{shown}: ") or default


def ask_yes(output: Output, question: str) -> bool:
    """Ask a question until the answer is y or n, or empty, which is a no; what is typed before it is dropped.

    Raises:
        InterruptedByUserError: the input ended.
    """
    while True:
        discard_pending_input()
        answer = _read_answer(output, f"{question} [y/N] ").lower()
        if answer in {"y", "yes"}:
            return True
        if answer in {"", "n", "no"}:
            return False
        output.print_note("type y or n; Ctrl-C ends")


def ask_choice(output: Output, question: str, choices: Mapping[Key, str]) -> Key | str:
    """Ask for one of several choices, by its number or its key, and return its key; an empty answer is "".

    A key that is no text can be chosen by its number alone.

    Args:
        output: where to ask.
        question: the question, which follows the choices.
        choices: what is shown for each key.
    """
    keys = list(choices)
    for number, shown in enumerate(choices.values(), 1):
        output.print_note(f"  {number:>{len(str(len(keys)))}}  {shown}")
    while True:
        discard_pending_input()  # it cannot be about choices that were not shown yet
        answer = ask_line(output, question)
        if answer.isdecimal() and 1 <= int(answer[:9]) <= len(keys):  # a number means the number, whatever keys are
            return keys[int(answer[:9]) - 1]
        if answer in choices or not answer:
            return answer
        output.print_note(_explain_choices(answer, choices))


def _explain_choices(answer: str, choices: Mapping[Key, str]) -> str:
    names = [shown for key, shown in choices.items() if key == shown]
    close = find_close(answer, names, count=1)
    meant = f"did you mean {close[0]}? " if close else ""
    name = ", or a name from the list" if names else ""
    return f"{meant}type a number from 1 to {len(choices)}{name}; Ctrl-C ends"


def _read_answer(output: Output, shown: str) -> str:
    while True:
        output.ask(shown)
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError:
            line = "\0\n"
        except KeyboardInterrupt:
            output.print_note("")  # what follows starts on a line of its own
            raise
        if not line:
            output.print_note("")
            raise create_ended_error()
        answer = line.strip()
        if answer.isprintable():
            return answer
        output.print_note("the answer contains characters that are not text; type it again")


def create_ended_error() -> InterruptedByUserError:
    """Create the error for an input that ended where an answer was expected."""
    return InterruptedByUserError("the input ended before all questions were answered; nothing was changed")
