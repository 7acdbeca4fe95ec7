"""Projects as the user gives them: to --owner, and as MEMBER of an image of theirs."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.models import is_project_id
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.config.owners import MINE
from imgshare_cli.errors import ImgshareError, UsageError
from imgshare_cli.spelling import NAMES, find_close
from imgshare_cli.truncation import truncate_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgshare_cli.api.identity_client import Project
    from imgshare_cli.cli.session import Session
    from imgshare_cli.shares.project_names import ProjectNames

_MAX_SHOWN = 60
_HEX_ID = re.compile(r"[0-9a-f]{32}")
_SHORTEST_BEGINNING = 6
_HEX_BEGINNING = re.compile(r"(?=.*[0-9])[0-9a-f]{6,40}")


def resolve_owner(session: Session, owner: str | None) -> str | None:
    """Resolve the value of --owner to a project ID.

    Raises:
        UsageError: it is neither a project ID nor a known name, or it is empty, as from a variable that is not set.
    """
    if owner is None:
        return None
    if not owner.strip():
        raise UsageError("--owner is empty", hint="use the ID of the owner's project, or its name in [owners]")
    if owner == MINE:
        return _get_own_project(session, "--owner")
    owner_id = session.file.owners.find_id(owner)
    if is_project_id(owner_id):
        return owner_id.lower()  # as services write it; in capitals it would match nothing
    raise _create_unknown_error(session, owner)


def find_named_project(session: Session, name: str) -> str | None:
    """Find the project that [owners] gives a name to, or the user's own as `mine`; None where it is not a known name.

    Raises:
        UsageError: it is `mine`, and the project is not known.
    """
    if name == MINE:
        return _get_own_project(session, "MEMBER")
    owner_id = session.file.owners.find_id(name)
    return owner_id.lower() if is_project_id(owner_id) and owner_id != name else None


def open_project_names(session: Session, own_projects: Sequence[Project] | None = None) -> ProjectNames:
    """Open the names by which MEMBER can be given: those in [owners], `mine`, and those of the user's own projects.

    Args:
        session: the run.
        own_projects: the user's own projects, where they have been read already.
    """
    from imgshare_cli.shares.project_names import ProjectNames

    return ProjectNames(session.open_identity_client, partial(find_named_project, session), own_projects)


def refuse_near_name(session: Session, member: str) -> None:
    """Refuse a MEMBER that is nearly a name in [owners]: the service would take it as the ID of a project.

    Raises:
        UsageError: it is no project ID, and close to a name.
    """
    close = [] if is_project_id(member) else find_close(member, session.file.owners.ids, cutoff=NAMES, count=1)
    if close:
        raise UsageError(
            f"MEMBER {truncate_text(member, _MAX_SHOWN)!r} is neither a project ID nor the name of an owner",
            hint=f"did you mean {TypedCommand(session.context).build({'members': close[0]})}?",
        )


def find_meant_project(session: Session, text: str) -> str | None:
    """Find the project ID that was probably meant: with capitals or dashes, or begun like that of one known owner."""
    form = text.replace("-", "").lower()
    if _HEX_ID.fullmatch(form):
        return form if form != text else None
    if len(form) < _SHORTEST_BEGINNING:
        return None
    begun = {owner for owner in _list_known_owners(session) if owner.startswith(form)}
    return begun.pop() if len(begun) == 1 else None


def _list_known_owners(session: Session) -> set[str]:
    """List the projects of [owners], and the owners in the last list."""
    from imgshare_cli.cli.id_prefixes import get_last_list

    owners = set(session.file.owners.ids.values())
    with suppress(ImgshareError):
        owners |= {image.owner for image in get_last_list(session).find_known_images("").values()}
    return {owner for owner in owners if is_project_id(owner)}


def _get_own_project(session: Session, parameter: str) -> str:
    if project_id := session.member_id:
        return project_id
    raise UsageError(f"{parameter} {MINE}: your project is not known", hint="pass it with --project ID")


def _create_unknown_error(session: Session, owner: str) -> UsageError:
    names = sorted(session.file.owners.ids)
    close = find_close(owner, names, count=1)
    add = hints.build_command("config", "set", "owners.NAME", "ID")
    whole = _suggest_whole_id(session, owner)
    return UsageError(
        f"--owner {truncate_text(owner, _MAX_SHOWN)!r} is neither a project ID nor the name of an owner",
        hint=whole or f"known names: {', '.join([*names, MINE])}; {add} adds one",
        correction={"--owner": close[0]} if close and not whole else None,
    )


def _suggest_whole_id(session: Session, owner: str) -> str | None:
    """Suggest the ID of which only the beginning was given, as `list` shows it; None where it is no beginning."""
    if not _HEX_BEGINNING.fullmatch(owner.replace("-", "").lower()):
        return None
    typed = TypedCommand(session.context)
    if meant := find_meant_project(session, owner):
        return f"did you mean {typed.build({}, {'--owner': meant})}?"
    return f"a project ID must be whole, and {typed.build_other('list', '--status', 'all', '--long')} shows whole IDs"
