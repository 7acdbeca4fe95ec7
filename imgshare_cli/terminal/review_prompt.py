"""Asks the user about one image after the other."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from imgshare_cli.api.models import Status
from imgshare_cli.errors import NotFoundError
from imgshare_cli.terminal import image_details
from imgshare_cli.terminal.format import format_name
from imgshare_cli.terminal.keyboard import END, UNKNOWN, open_keyboard
from imgshare_cli.terminal.owners import name_owner_with_id
from imgshare_cli.terminal.pending_input import discard_pending_input
from imgshare_cli.truncation import truncate_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from imgshare_cli.api.images import Share
    from imgshare_cli.config.owners import OwnerNames
    from imgshare_cli.shares.review import Review
    from imgshare_cli.terminal.keyboard import Keyboard
    from imgshare_cli.terminal.output import Output

_QUESTION = "Accept this image? [a,r,s,A,R,u,q,?] "
_LAST_QUESTION = "That was the last image. End the review? [q,u] "
_HELP = (
    "a  accept this image",
    "r  reject this image",
    "s  skip this image: it stays pending",
    "A  accept this image and all later ones from this owner",
    "R  reject this image and all later ones from this owner",
    "u  undo the last step, and go back to it",
    "q  quit: decisions are kept, all other images stay pending",
    "?  show this help",
)
_LISTED = 8
_LONGEST = 70


def run_review(output: Output, review: Review, owners: OwnerNames) -> None:
    """Review images with the user at the terminal, until no image is left or the user quits."""
    with open_keyboard() as keyboard:
        prompt = _ReviewPrompt(output, keyboard, review, owners)
        while prompt.review_next_share():
            pass


class _ReviewPrompt:
    """Shows each image, reads keys and does what they say.

    Args:
        output: where images and questions are shown.
        keyboard: where keys are read.
        review: what decides.
        owners: the names of owners.
    """

    def __init__(self, output: Output, keyboard: Keyboard, review: Review, owners: OwnerNames) -> None:
        self._output = output
        self._keyboard = keyboard
        self._review = review
        self._owners = owners

    def review_next_share(self) -> bool:
        """Review one share, and return whether to go on."""
        share = self._review.current
        if share is None:
            return self._offer_last_undo()
        return not self._show_details(share) or self._follow_keys(share)

    def _offer_last_undo(self) -> bool:
        # Without this question the last step could not be undone.
        while self._review.steps and (key := self._ask_key(_LAST_QUESTION)) not in {"q", "\n", END}:
            if key == "u":
                return self._undo()
        return False

    def _show_details(self, share: Share) -> bool:
        try:
            details = self._review.load_details(share)
        except NotFoundError:
            return self._drop_share(share, "is no longer shared with you")
        if details.member and details.member.status is not Status.PENDING:
            return self._drop_share(share, f"is already {details.member.status.value}")
        self._output.print_panel(
            f"{self._review.position + 1} of {len(self._review.shares)}",
            image_details.describe_image(details, self._owners),
        )
        return True

    def _drop_share(self, share: Share, why: str) -> bool:
        self._output.print_note(f"{_name_share(share)} {why}")
        self._review.drop(share)
        return False

    def _follow_keys(self, share: Share) -> bool:
        """Follow keys until one leaves this share, and return whether to go on with another."""
        moves: dict[str, Callable[[], bool]] = {
            "a": lambda: self._decide([share], Status.ACCEPTED),
            "r": lambda: self._decide([share], Status.REJECTED),
            "s": lambda: self._skip(share),
            "A": lambda: self._decide_all(self._review.list_owner_shares(share), Status.ACCEPTED),
            "R": lambda: self._decide_all(self._review.list_owner_shares(share), Status.REJECTED),
            "u": self._undo,
        }
        while (key := self._ask_key(_QUESTION)) not in {"q", END}:
            if key in moves and moves[key]():
                return True
            if key not in moves:
                self._print_help()
        return False

    def _print_help(self) -> None:
        for line in _HELP:
            self._output.print_note(line)

    def _decide(self, shares: Sequence[Share], status: Status) -> bool:
        with self._show_progress(f"{status.verb}ing {_name_shares(shares)}", shares):
            done = self._review.decide(shares, status)
        if done:
            self._output.print_note(f"{status.value} {_name_shares(done)}")
        self._print_complaints(shares)
        return True

    def _decide_all(self, shares: Sequence[Share], status: Status) -> bool:
        if len(shares) == 1:
            return self._decide(shares, status)
        for line in truncate_lines([_name_share(share)[:_LONGEST] for share in shares], _LISTED):
            self._output.print_note(f"  {line}")
        verb, owner = status.verb.capitalize(), name_owner_with_id(shares[0].image.owner, self._owners)
        sure = self._ask_key(f"{verb} all {len(shares)} from project {owner}? [y/N] ") in {"y", "Y"}
        return sure and self._decide(shares, status)

    def _skip(self, share: Share) -> bool:
        self._review.skip(share)
        self._output.print_note(f"skipped {_name_share(share)}")
        return True

    def _undo(self) -> bool:
        if not self._review.steps:
            self._output.print_note("nothing to undo")
            return False
        shares = self._review.steps[-1].shares
        with self._show_progress(f"undoing the decision about {_name_shares(shares)}", shares):
            done = self._review.undo()
        if done:
            self._output.print_note(f"{_name_shares(done)} {'is' if len(done) == 1 else 'are'} pending again")
        self._print_complaints(shares)
        return True

    def _ask_key(self, question: str) -> str:
        """Read the key that answers a question; keys pressed before it was shown are not meant for it."""
        discard_pending_input()
        self._output.ask(question)
        key = UNKNOWN
        try:
            key = self._keyboard.read_key(lambda: self._output.ask(question))
        finally:
            self._output.print_note(key if key.isprintable() else "")
        return key

    def _show_progress(self, text: str, shares: Sequence[Share]) -> AbstractContextManager[None]:
        return self._output.show_progress(text) if len(shares) > 1 else nullcontext()

    def _print_complaints(self, shares: Sequence[Share]) -> None:
        complaints = self._review.complaints
        ours = [complaints[share.image.id] for share in shares if share.image.id in complaints]
        for line in truncate_lines(ours, _LISTED):
            self._output.print_note(line)


def _name_share(share: Share) -> str:
    return format_name(share.image.name or share.image.id)


def _name_shares(shares: Sequence[Share]) -> str:
    return _name_share(shares[0]) if len(shares) == 1 else f"{len(shares)} images"
