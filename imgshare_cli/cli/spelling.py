"""Finds what somebody meant who typed something close to it; limited in time, whatever the words are."""

from __future__ import annotations

import time
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SECONDS = 0.3
_COMPARED = 64  # characters of each word: comparing takes the square of the time
_MIN_PREFIX = 3
_MAX_WORSE = 0.1  # than the best


def find_close(word: str, candidates: Iterable[str], *, cutoff: float, count: int = 3) -> list[str]:
    """Find the candidates that are nearly as close to a word as the closest, best first.

    Args:
        word: what was typed.
        candidates: what could have been meant.
        cutoff: how close they must be, from 0 to 1; those that begin with the word are always close.
        count: how many to return at most.
    """
    end = time.monotonic() + _SECONDS
    typed = word.casefold()[:_COMPARED]
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(typed)
    ranked: list[tuple[float, str]] = []
    for candidate in candidates:
        if time.monotonic() > end:
            break
        text = candidate.casefold()[:_COMPARED]
        matcher.set_seq1(text)
        if len(typed) >= _MIN_PREFIX and text.startswith(typed):
            ranked.append((1.0, candidate))
        elif matcher.real_quick_ratio() >= cutoff and matcher.quick_ratio() >= cutoff:
            ranked.append((matcher.ratio(), candidate))
    ranked = [(ratio, candidate) for ratio, candidate in ranked if ratio >= cutoff]
    best = max((ratio for ratio, _ in ranked), default=0)
    close = sorted((-ratio, candidate) for ratio, candidate in ranked if ratio >= best - _MAX_WORSE)
    return [candidate for _, candidate in close[:count]]


def is_one_edit_apart(one: str, other: str) -> bool:
    """Whether one character was lost, added or replaced, or two neighbours were swapped."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, other_rest = one[start:], other[start:]
    swapped = other_rest[1:2] + other_rest[:1] + other_rest[2:]
    return rest in {swapped, other_rest[1:]} or other_rest == rest[1:] or rest[1:] == other_rest[1:]
