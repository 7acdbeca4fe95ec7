"""The sentences below a list on a terminal: how many images there are, and what to do next."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.cli.filter_options import StatusChoice
from imgshare_cli.cli.typed_command import TypedCommand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.cli.session import Session
    from imgshare_cli.hints import Word


@dataclass(frozen=True)
class ListFooter:
    """What a list was asked for.

    Attributes:
        session: the run.
        status: which images were asked for.
        options: the options of the filter as they were typed.
        owner_id: the owner that was asked for, if one was.
    """

    session: Session
    status: StatusChoice
    options: Mapping[str, str | None]
    owner_id: str | None

    def print_lines(self, count: int, *, is_cut: bool) -> None:
        """Print the sentences: on one line, or one on each where the terminal is narrow.

        Args:
            count: how many images were shown.
            is_cut: whether there may be more of them.
        """
        sentences = self._describe_images(count, is_cut=is_cut)
        line = " ".join(sentences)
        for text in [line] if len(line) <= shutil.get_terminal_size().columns else sentences:
            self.session.output.print_note(text)

    def _describe_images(self, count: int, *, is_cut: bool) -> list[str]:
        if not count:
            return self._describe_nothing()
        images = f"{self._matching}image is" if count == 1 else f"{self._matching}images are"
        first = "Only the first" if count == 1 else f"Only the first {count}"
        shown = f"{first} {images} shown" if is_cut else f"{count} {images} {self._kind}"
        return [f"{shown}.", self._describe_next_step(count)]

    def _describe_next_step(self, count: int) -> str:
        one = "it" if count == 1 else "one"
        match self.status:
            case StatusChoice.PENDING:
                through = "" if count == 1 else f", or go through them with {self._build_command('review')}"
                return f"Accept {one} with {self._build_command('accept', 'ID')}{through}."
            case StatusChoice.ACCEPTED:
                return f"Remove {one} from your image list with {self._build_command('reject', 'ID')}."
            case StatusChoice.REJECTED:
                return f"Accept {one} after all with {self._build_command('accept', 'ID')}."
            case StatusChoice.ALL:
                return f"Show {one} with {self._build_command('show', 'ID')}."

    def _describe_nothing(self) -> list[str]:
        nothing = f"No {self._matching}images are {self._kind}."
        if self.owner_id and self.owner_id == self.session.member_id:
            return [nothing, "The images of your own project are never listed."]
        if not self._matching:
            everything = self._build_command("list", "--status", "all")
            return [nothing] if self.status is StatusChoice.ALL else [nothing, f"{everything} shows the others."]
        if globs := self._suggest_wildcards():
            return [nothing, globs]
        if self.status is StatusChoice.ALL:
            return [nothing, f"{self._build_command('list', '--status', 'all')} shows all images."]
        status = [] if self.status is StatusChoice.PENDING else ["--status", self.status.value]
        same_status = f"{self._build_command('list', *status)} shows all {self.status.value} images"
        any_status = self._build_command("list", *hints.build_options({"--status": "all", **self.options}))
        return [nothing, f"{same_status}, and {any_status} the matching ones of any status."]

    def _suggest_wildcards(self) -> str | None:
        """Suggest the part of a name; None where the name has wildcards already."""
        name = self.options.get("--name")
        if not name or not hints.is_plain(name):
            return None
        options = {"--status": "all", **self.options, "--name": f"*{name}*"}
        return f"{self._build_command('list', *hints.build_options(options))} finds it in longer names of any status."

    @property
    def _matching(self) -> str:
        return "matching " if any(value is not None for value in self.options.values()) else ""

    @property
    def _kind(self) -> str:
        return "shared with you" if self.status is StatusChoice.ALL else self.status.value

    def _build_command(self, *words: str | Word) -> str:
        return TypedCommand(self.session.context).build_other(*words)
