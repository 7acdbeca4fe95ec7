"""Finds what somebody meant who typed something close to it; limited in time, whatever the words are."""

from __future__ import annotations

import time
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# How close is close: among a few words, such as commands, any that comes near was probably meant; of names and keys,
# of which there are many, fewer were.
WORDS = 0.65
NAMES = 0.75
# Of two IDs of 32 digits, three may differ; two that were made at random differ in most.
IDS = 0.9
_SECONDS = 0.3
_COMPARED = 64  # characters of each word: comparing takes the square of the time
_MIN_PREFIX = 3
_MAX_WORSE = 0.1  # than the best


def find_close(word: str, candidates: Iterable[str], *, cutoff: float = WORDS, count: int = 3) -> list[str]:
    """Find the candidates that are nearly as close to a word as the closest, best first.

    Args:
        word: what was typed.
        candidates: what could have been meant.
        cutoff: how close they must be, from 0 to 1; those that begin with the word are always close.
        count: how many to return at most.
    """
    typed = _normalize(word)
    prefix = typed if len(typed) >= _MIN_PREFIX else None
    ranked = list(_rank(typed, candidates, cutoff, prefix))
    best = max((ratio for ratio, _ in ranked), default=0)
    close = sorted((-ratio, candidate) for ratio, candidate in ranked if ratio >= best - _MAX_WORSE)
    return [candidate for _, candidate in close[:count]]


def find_similar(word: str, candidates: Iterable[str], *, cutoff: float) -> str | None:
    """Find the candidate that is most similar to a whole word: to begin with it is not enough."""
    ranked = _rank(_normalize(word), candidates, cutoff, None)
    close = sorted((-ratio, candidate) for ratio, candidate in ranked)
    return close[0][1] if close else None


def _normalize(word: str) -> str:
    return word.casefold()[:_COMPARED]


def _rank(typed: str, candidates: Iterable[str], cutoff: float, prefix: str | None) -> Iterator[tuple[float, str]]:
    """Compare candidates with a word, as far as the time allows; yield how close those are that are close."""
    end = time.monotonic() + _SECONDS
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(typed)
    for candidate in candidates:
        if time.monotonic() > end:
            return
        text = _normalize(candidate)
        matcher.set_seq1(text)
        if prefix and text.startswith(prefix):
            yield 1.0, candidate
        elif (
            matcher.real_quick_ratio() >= cutoff
            and matcher.quick_ratio() >= cutoff
            and (ratio := matcher.ratio()) >= cutoff
        ):
            yield ratio, candidate


def count_differences(one: str, other: str) -> int:
    """Count the characters that only one of two words has in its place, whatever their case."""
    first, second = _normalize(one), _normalize(other)
    matched = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return len(first) + len(second) - 2 * sum(block.size for block in matched)


def is_one_edit_apart(one: str, other: str) -> bool:
    """Whether one character was lost, added or replaced, or two neighbours were swapped."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, other_rest = one[start:], other[start:]
    swapped = other_rest[1:2] + other_rest[:1] + other_rest[2:]
    return rest in {swapped, other_rest[1:]} or other_rest == rest[1:] or rest[1:] == other_rest[1:]
