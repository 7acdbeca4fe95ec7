"""Hashes of images as people write them and as `Image.hash` has them: `sha512:…`."""

from __future__ import annotations

import re

# The hexadecimal digits of each algorithm that `hashing_algorithm` of Glance is likely to name.
HASH_LENGTHS = {
    "md5": 32,
    "sha1": 40,
    "sha224": 56,
    "sha256": 64,
    "sha384": 96,
    "sha512": 128,
    "sha3_256": 64,
    "sha3_384": 96,
    "sha3_512": 128,
    "blake2b": 128,
    "blake2s": 64,
}


def parse_hash(text: str) -> str | None:
    """Parse `ALGORITHM:DIGITS`; None where it is not one, or is not as long as the algorithm's hashes are."""
    match = re.fullmatch(r"([a-z0-9_]+):([0-9a-f]+)", text.strip().lower(), re.ASCII)
    if not match or len(match[2]) != HASH_LENGTHS.get(match[1], len(match[2])):
        return None
    return match[0]
