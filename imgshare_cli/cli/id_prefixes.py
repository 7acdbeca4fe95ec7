"""The beginning of an image ID as IMAGE: only of an image that the user has seen in a list.

Whoever creates an image may choose its ID, and so its beginning. A prefix therefore never asks the service which image
it means: it means the one image of the last list that has it, and none where a name or another ID could be meant.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING

from imgshare_cli.api.models import is_project_id
from imgshare_cli.cli.image_suggestions import describe_suggestion
from imgshare_cli.cli.last_list import LastList, ListedImage
from imgshare_cli.cli.owner_names import get_owner_names
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.errors import ImgshareError, UsageError
from imgshare_cli.shares.wait import NeverFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.cli.session import Session
    from imgshare_cli.errors import NotFoundError

READING_COMMANDS = ("show", "members")
_PREFIX = re.compile(r"[0-9a-f-]{8,35}")  # as services write IDs: one in capitals is another ID


def is_id_prefix(text: str) -> bool:
    """Whether a text may be the beginning of an image ID; it may be a name as well."""
    return _PREFIX.fullmatch(text) is not None


def get_last_list(session: Session) -> LastList:
    """Get the last list of the image service and the project of a session."""
    return LastList(session.endpoint, session.member_id or session.credential.secret, session.environ)


def resolve_id_prefix(session: Session, prefix: str, command: str) -> str | None:
    """Resolve the beginning of an ID; None where it is to be taken as a name.

    Args:
        session: the run.
        prefix: what was given as IMAGE.
        command: the command that it was given to; those that only read take a prefix in scripts as well.

    Raises:
        UsageError: several images have it, or one has it as its name.
    """
    is_reading = command in READING_COMMANDS
    if not (is_reading or session.is_attended):
        return None
    last_list = get_last_list(session)
    shown, known = last_list.find_shown_images(prefix), last_list.find_known_images(prefix)
    if not (shown or (known and is_reading)):
        return None
    # A list in another terminal may have shown less: another image that is known makes the prefix ambiguous.
    images = {**known, **shown}
    if not is_reading and last_list.is_cut():
        raise UsageError(
            f"{prefix!r} may be the beginning of several IDs: the last list was too long to remember",
            hint=f"use the whole ID: {TypedCommand(session.context).build({'image': 'ID'})}",
        )
    named = _find_named_images(session, prefix)
    if len(images) == 1 and not named.keys() - images.keys():
        [(image_id, image)] = images.items()
        if image.name != prefix:
            return image_id
    raise _create_ambiguity_error(session, prefix, {**named, **images})


def shorten_known_id(session: Session, image_id: str) -> str:
    """Return the first digits of an ID: as many as tell it from all IDs of the last list, which could be meant too."""
    return build_id_shortener(session)(image_id)


def build_id_shortener(session: Session) -> Callable[[str], str]:
    """Build what `shorten_known_id` does, for many IDs: the last list is read once."""
    from imgshare_cli.terminal.format import shorten_ids

    @cache
    def list_known() -> list[str] | None:
        try:
            last_list = get_last_list(session)
        except ImgshareError:
            return None
        return sorted({**last_list.find_known_images(""), **last_list.find_shown_images("")})

    def shorten(image_id: str) -> str:
        if (known := list_known()) is None:
            return image_id  # a run over several clouds has no list of its own
        # Where they are in order, an ID shares most with one of its neighbours.
        position = bisect_left(known, image_id)
        [shown_id, *_] = shorten_ids([image_id, *known[max(0, position - 1) : position + 2]])
        return shown_id

    return shorten


def explain_unknown_prefix(
    session: Session, prefix: str, command: str, member: str | None, error: NotFoundError
) -> NotFoundError:
    """Explain why no image was found: a script, and an image that no list has shown, need the whole ID.

    Nothing that is waited for will have this name where a known image has the ID: it is a NeverFoundError then.

    Args:
        session: the run.
        prefix: what was given as IMAGE.
        command: the command that it was given to.
        member: MEMBER, if it was given.
        error: says that no image has this name.
    """
    last_list = get_last_list(session)
    images = {**last_list.find_known_images(prefix), **last_list.find_shown_images(prefix)}
    typed = TypedCommand(session.context)
    if images:
        error = NeverFoundError(error.failure, reason=error.reason, details=error.details)
    if len(images) == 1:
        [image_id] = images
        is_image = member is not None and is_id_prefix(member) and not is_project_id(member)
        whole = typed.build({"image": image_id} | ({"member": None} if is_image else {}))
        single = ", and one IMAGE at a time" if is_image else ""
        whose = describe_suggestion(image_id, images, get_owner_names(session), as_ascii=False)
        return error.replace(hint=f"the whole ID is needed here{single}: {whole}{whose}")
    listed = typed.build_other("list", "--status", "all", "--long")
    if is_project_id(prefix):
        return error.replace(hint=f"this looks like the ID of a project, and {listed} shows the IDs of images")
    if not images and (command in READING_COMMANDS or session.is_attended):
        return error.replace(hint=f"no image of the last list begins with {prefix!r}; {listed} shows whole IDs")
    return error.replace(hint=f"an ID must be whole here, and {listed} shows whole IDs")


def _find_named_images(session: Session, name: str) -> dict[str, ListedImage]:
    from imgshare_cli.shares.image_lookup import list_named_images

    named = list_named_images(session.client, name)
    return {image.id: ListedImage(image.name or "", image.owner or "") for image in named}


def _create_ambiguity_error(session: Session, prefix: str, images: Mapping[str, ListedImage]) -> UsageError:
    from imgshare_cli.cli.candidate_images import describe_images, read_candidates

    several = len(images) > 1
    return UsageError(
        f"{len(images)} images have {prefix!r} as their name or at the beginning of their ID"
        if several
        else f"{prefix!r} is both the name of an image and the beginning of its ID",
        hint=f"use the whole ID of the one you mean: {TypedCommand(session.context).build({'image': 'ID'})}",
        details=describe_images(session, read_candidates(session, images), with_names=True),
    )
