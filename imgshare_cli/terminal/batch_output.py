"""Prints the outcomes of a batch, each on a line of its own, above the line that says how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.batch.outcome import Result
from imgshare_cli.terminal.owners import name_image

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.batch.outcome import Outcome
    from imgshare_cli.terminal.output import Output
    from imgshare_cli.terminal.progress_line import ProgressLine

_MOST_HINTS = 3


class Verb(NamedTuple):
    """What a batch does, in the forms that sentences need.

    Attributes:
        base: such as `accept`.
        doing: such as `accepting`.
        done: such as `accepted`.
        preposition: what stands between an image and the project, such as `for`.
        sets_several: whether it sets one status or another.
    """

    base: str
    doing: str
    done: str
    preposition: str = "for"
    sets_several: bool = False


class BatchOutput:
    """Prints outcomes: lines of JSON, tab-separated fields, or sentences at a terminal.

    Args:
        output: the streams of the run.
        line: the progress at the bottom of the terminal, which makes way for each outcome.
        verb: what the batch does.
        own_project_id: the user's project, which sentences leave out.
        describe: describes what was done with an item, for people.
    """

    def __init__(
        self,
        output: Output,
        line: ProgressLine,
        verb: Verb,
        own_project_id: str | None,
        describe: Callable[[Outcome], str],
    ) -> None:
        self._output = output
        self._line = line
        self._verb = verb
        self._own_project_id = own_project_id
        self._describe = describe
        self._hints: dict[str, None] = {}

    def print_outcome(self, outcome: Outcome) -> None:
        """Print the outcome of one item."""
        if outcome.error and outcome.error.hint and len(self._hints) < _MOST_HINTS:
            self._hints[outcome.error.hint] = None
        if self._output.is_at_terminal():
            with self._line.make_way():
                self._print(outcome)
        else:
            self._print(outcome)

    def print_hints(self) -> None:
        """Print the first hints of what failed, which lines of text have no place for."""
        if not self._output.as_json:
            for hint in self._hints:
                self._output.print_note(f"hint: {hint}")

    def _print(self, outcome: Outcome) -> None:
        project = outcome.item.access.project if outcome.item.access else None
        if self._output.as_json:
            self._output.print_json(self._output.add_error(outcome.to_json(), outcome.error), on_one_line=True)
        elif not self._output.is_at_terminal():
            last = self._output.clean_message(outcome.error.message) if outcome.error else outcome.status or ""
            image = outcome.image_id or outcome.item.image or f"line {outcome.item.number}"
            where = [str(value or "") for value in list(project.to_json().values())[1:]] if project else []
            self._output.print_line(image, outcome.member_id or "", outcome.result, last, *where)
        elif outcome.error:
            message = outcome.error.message
            is_named = project is None or str(project) in message
            self._output.print_success(message if is_named else f"{project}: {message}", failed=True)
        elif outcome.result is Result.DONE:
            self._output.print_success(self._describe(outcome))
        else:
            self._output.print_line(self._describe_undone(outcome))

    def _describe_undone(self, outcome: Outcome) -> str:
        image_id = str(outcome.image_id or outcome.item.image)
        image = name_image(outcome.image, image_id, image_id)
        project = outcome.item.access.project if outcome.item.access else outcome.member_id
        is_own = project in {None, self._own_project_id}
        target = "" if is_own else f" {self._verb.preposition} project {project}"
        if outcome.result is Result.SKIPPED:
            return f"skipped: {image}{target} was {self._verb.done} before"
        if outcome.result is Result.PLANNED:
            return f"would {self._verb.base} {image}{target}"
        return f"not tried: {image}{target}"
