"""Asks a person about one image after the other."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status
from imgshare_cli.errors import NotFoundError
from imgshare_cli.terminal import image_details
from imgshare_cli.terminal.format import truncate_lines
from imgshare_cli.terminal.keyboard import END, UNKNOWN, Keyboard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from imgshare_cli.api.images import Share
    from imgshare_cli.shares.review import Review
    from imgshare_cli.terminal.output import Output

_QUESTION = "Accept this image? [a,r,s,A,R,u,q,?] "
_LAST_QUESTION = "That was the last one. End the review? [q,u] "
_HELP = (
    "a  accept this image",
    "r  reject this image",
    "s  skip this image: it stays pending",
    "A  accept this image and all later ones from this owner",
    "R  reject this image and all later ones from this owner",
    "u  undo the last step, and go back to it",
    "q  quit: what was decided stays so, the others stay pending",
    "?  show this help",
)
_LISTED = 8
_LONGEST = 70


def run_review(output: Output, review: Review) -> None:
    """Go through a review with the person at the terminal, until one of both has come to an end."""
    with Keyboard() as keyboard:
        interview = _ReviewPrompt(output, keyboard, review)
        while interview.goes_on():
            pass


class _ReviewPrompt:
    """Shows, asks and does.

    Args:
        output: where it shows.
        keyboard: what it asks.
        review: what it does.
    """

    def __init__(self, output: Output, keyboard: Keyboard, review: Review) -> None:
        self._output = output
        self._keyboard = keyboard
        self._review = review

    def goes_on(self) -> bool:
        """Deal with one share; whether there is more to do."""
        share = self._review.current
        if share is None:
            return self._goes_back()
        return not self._shows(share) or self._leads_on(share)

    def _goes_back(self) -> bool:
        # Without this question nobody could undo the last step.
        while self._review.steps and (key := self._asked(_LAST_QUESTION)) not in {"q", "\n", END}:
            if key == "u":
                return self._undoes()
        return False

    def _shows(self, share: Share) -> bool:
        try:
            details = self._review.load_details(share)
        except NotFoundError:
            return self._passes_over(share, "is no longer shared with you")
        if details.member and details.member.status is not Status.PENDING:
            return self._passes_over(share, f"is {details.member.status.value} already")
        self._output.panel(
            f"{self._review.position + 1} of {len(self._review.shares)}", image_details.describe_image(details)
        )
        return True

    def _passes_over(self, share: Share, why: str) -> bool:
        self._output.note(f"{_name(share)} {why}")
        self._review.drop(share)
        return False

    def _leads_on(self, share: Share) -> bool:
        """Take keys until one of them leads away from this share; whether that is to another one."""
        moves: dict[str, Callable[[], bool]] = {
            "a": lambda: self._decides([share], Status.ACCEPTED),
            "r": lambda: self._decides([share], Status.REJECTED),
            "s": lambda: self._skips(share),
            "A": lambda: self._decides_all(self._review.list_owner_shares(share), Status.ACCEPTED),
            "R": lambda: self._decides_all(self._review.list_owner_shares(share), Status.REJECTED),
            "u": self._undoes,
        }
        while (key := self._asked(_QUESTION)) not in {"q", END}:
            if key in moves and moves[key]():
                return True
            if key not in moves:
                self._helps()
        return False

    def _helps(self) -> None:
        for line in _HELP:
            self._output.note(line)

    def _decides(self, shares: Sequence[Share], status: Status) -> bool:
        with self._patience(f"{status.verb}ing {_these(shares)}", shares):
            done = self._review.decide(shares, status)
        if done:
            self._output.note(f"{status.value} {_these(done)}")
        self._complains(shares)
        return True

    def _decides_all(self, shares: Sequence[Share], status: Status) -> bool:
        if len(shares) == 1:
            return self._decides(shares, status)
        for line in truncate_lines([_name(share)[:_LONGEST] for share in shares], _LISTED):
            self._output.note(f"  {line}")
        verb, owner = status.verb.capitalize(), shares[0].image.owner
        sure = self._asked(f"{verb} all {len(shares)} from project {owner}? [y/N] ") in {"y", "Y"}
        return sure and self._decides(shares, status)

    def _skips(self, share: Share) -> bool:
        self._review.skip(share)
        self._output.note(f"skipped {_name(share)}")
        return True

    def _undoes(self) -> bool:
        if not self._review.steps:
            self._output.note("there is nothing to undo")
            return False
        shares = self._review.steps[-1].shares
        with self._patience(f"undoing what was done about {_these(shares)}", shares):
            done = self._review.undo()
        if done:
            self._output.note(f"{_these(done)} {'is' if len(done) == 1 else 'are'} pending again")
        self._complains(shares)
        return True

    def _asked(self, question: str) -> str:
        """The key that answers a question; what was pressed before it was there cannot be meant for it."""
        self._keyboard.drop()
        self._output.question(question)
        key = UNKNOWN
        try:
            key = self._keyboard.key(lambda: self._output.question(question))
        finally:
            self._output.note(key if key.isprintable() else "")
        return key

    def _patience(self, text: str, shares: Sequence[Share]) -> AbstractContextManager[None]:
        return self._output.busy(text) if len(shares) > 1 else nullcontext()

    def _complains(self, shares: Sequence[Share]) -> None:
        complaints = self._review.complaints
        ours = [complaints[share.image.id] for share in shares if share.image.id in complaints]
        for line in truncate_lines(ours, _LISTED):
            self._output.note(line)


def _name(share: Share) -> str:
    return share.image.name or share.image.id


def _these(shares: Sequence[Share]) -> str:
    return _name(shares[0]) if len(shares) == 1 else f"{len(shares)} images"
