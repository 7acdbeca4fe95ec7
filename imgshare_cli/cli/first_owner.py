"""The first image of an owner that is accepted here: the name that the owner may get, and what is said and kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.models import Status, fold_id, is_project_id
from imgshare_cli.errors import ConfigError, ImgshareError
from imgshare_cli.shares.known_owners import is_known_owner, remember_owners

if TYPE_CHECKING:
    from imgshare_cli.api.images import Image
    from imgshare_cli.cli.session import Session
    from imgshare_cli.cli.target import ShareTarget

_OWN_PROJECTS_SECONDS = 5.0
NAME_QUESTION = "Name for this owner, for lists, rules and --owner (Enter for none)"


def is_new_owner(session: Session, image: Image) -> bool:
    """Whether the owner of an image has no name, is none of the user's own projects, and was never accepted from here.

    The identity service is asked for the projects only where nothing else is known about the owner.
    """
    owner_id = image.owner
    if not owner_id or session.file.owners.find_name(owner_id) or is_known_owner(owner_id, session.environ):
        return False
    return fold_id(owner_id) not in {fold_id(project_id) for project_id in _list_own_projects(session)}


def _list_own_projects(session: Session) -> list[str]:
    """List the user's own projects, as far as that can be found out while a person waits."""
    own = [session.member_id] if session.member_id else []
    timeout = min(_OWN_PROJECTS_SECONDS, session.settings.timeout)
    try:
        client = session.connections.open_identity_client(session.credential, timeout=timeout)
        return own + [project.id for project in client.list_projects()] if client else own
    except ImgshareError:
        return own


def ask_owner_name(session: Session, owner_id: str) -> str:
    """Ask how an owner is to be called; an empty answer is for no name.

    Args:
        session: the run.
        owner_id: its project.

    Raises:
        InterruptedByUserError: the input ended.
    """
    from imgshare_cli.config.known_keys import OWNER_NAME_HINT, is_owner_name
    from imgshare_cli.terminal.pending_input import discard_pending_input
    from imgshare_cli.terminal.questions import ask_line

    if not is_project_id(owner_id):
        return ""  # the config file takes nothing else
    while True:
        discard_pending_input()  # it cannot be about what was not asked yet
        name = ask_line(session.output, NAME_QUESTION)
        if not name:
            return ""
        if other := session.file.owners.ids.get(name):
            session.output.print_note(f"{hints.quote_text(name)} is the name of project {other}")
        elif is_owner_name(name):
            return name
        else:
            session.output.print_note(f"{hints.quote_text(name)} is not a name for an owner: {OWNER_NAME_HINT}")


def finish_accept(session: Session, target: ShareTarget, image: Image, name: str | None, *, is_expected: bool) -> None:
    """Remember the owner of an image that was accepted, and name it, or tell a person how that is done.

    Args:
        session: the run.
        target: the share.
        image: the image.
        name: the name that was chosen, empty for none; None where it was not asked for.
        is_expected: whether the owner was given, too.
    """
    owner_id = image.owner
    if not owner_id:
        return
    was_accepted = target.known_share is not None and target.known_share.status is Status.ACCEPTED
    says_so = name is None and target.answers_people and not (is_expected or was_accepted)
    is_new = says_so and is_new_owner(session, image)
    remember_owners([owner_id], session.environ)
    if name:
        _set_owner_name(session, name, owner_id)
    elif is_new:
        set_name = hints.build_command("config", "set", "owners.NAME", hints.quote_word(owner_id, "ID"))
        can_be_named = f"; {set_name} gives it a name" if is_project_id(owner_id) else ""
        session.output.print_note(f"first image accepted from project {owner_id}{can_be_named}")


def _set_owner_name(session: Session, name: str, owner_id: str) -> None:
    from imgshare_cli.config.config_edit import edit_config_file, set_value

    change = partial(set_value, where=("owners", name), value=owner_id.lower())
    try:
        edit_config_file(session.file.path, change)
    except ConfigError as exc:  # the image is accepted already
        session.output.print_note(f"note: project {owner_id} has no name yet: {exc.message}")
    else:
        session.output.print_note(f"project {owner_id} is now called {name}")
