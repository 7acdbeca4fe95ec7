"""The owners whose images were accepted before, kept in the state folder to notice a new one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from imgshare_cli.api.models import MAX_ID, fold_id
from imgshare_cli.config.state_dir import read_state, update_state

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

MAX_OWNERS = 1000
_FILE = "known-owners.json"
_LOCK_SECONDS = 2.0


def is_known_owner(owner_id: str, environ: Mapping[str, str]) -> bool:
    """Whether an image of this project was accepted before, from this machine."""
    return fold_id(owner_id) in _parse_owners(read_state(_FILE, environ))


def remember_owners(owner_ids: Collection[str], environ: Mapping[str, str]) -> None:
    """Remember owners whose images were accepted; the oldest are forgotten, and a failure is ignored.

    Args:
        owner_ids: the IDs of the projects.
        environ: the environment, which tells where the file is.
    """
    folded = [fold_id(owner_id) for owner_id in owner_ids if len(owner_id) <= MAX_ID]
    # Mostly there is nothing to add, and then nothing is locked.
    if set(folded) <= set(_parse_owners(read_state(_FILE, environ))):
        return

    def add(text: str | None) -> str:
        owners = list(dict.fromkeys([*_parse_owners(text), *folded]))
        return json.dumps(owners[-MAX_OWNERS:])

    update_state(_FILE, add, environ, seconds=_LOCK_SECONDS)


def _parse_owners(text: str | None) -> list[str]:
    try:
        owners = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    return [owner for owner in owners if isinstance(owner, str)] if isinstance(owners, list) else []
