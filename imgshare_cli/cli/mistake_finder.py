"""Compares an IMAGE and a MEMBER that the service does not know with what is known."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING

from imgshare_cli.api.models import is_image_id, is_project_id, normalize_id
from imgshare_cli.cli.id_prefixes import READING_COMMANDS
from imgshare_cli.cli.image_suggestions import describe_suggestion, list_image_words
from imgshare_cli.config.owners import MINE
from imgshare_cli.errors import ForbiddenError, ImgshareError, Reason
from imgshare_cli.spelling import NAMES, count_differences, find_close, is_one_edit_apart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imgshare_cli.cli.last_list import ListedImage
    from imgshare_cli.cli.session import Session
    from imgshare_cli.cli.typed_command import TypedCommand

_HEX = re.compile(r"[0-9a-f]{30,34}")
_ID_BEGINNING = re.compile(r"[0-9a-f][0-9a-f-]{3,34}")
_SHORTEST_PREFIX = 8
_OWNER_COMMANDS = {"share", "unshare"}
_DIGITS = 32
_MAX_COMMANDS = 3
_MAX_DIFFERENCES = 2  # one character that is replaced, two that are swapped, or two that are lost


class MistakeFinder:
    """Compares what was typed with what is known: the images listed last, the user's project and named owners."""

    def __init__(self, session: Session, typed: TypedCommand, image: str, member: str | None) -> None:
        self._typed = typed
        self._image = image
        self._member = member
        # They are shared with us: what is shared with others is another image.
        self._is_owner = typed.names[0] in _OWNER_COMMANDS
        self._images = {} if self._is_owner else _read_listed_images(session)
        self._names = dict.fromkeys(listed.name for listed in self._images.values() if listed.name)
        self._own_id = self._own_name = None
        with suppress(ImgshareError):
            self._own_id = session.member_id
            self._own_name = session.credential.project_name
        self._owners = session.file.owners.add_own_project(self._own_id)

    def find_hint(self, error: ImgshareError) -> str | None:
        """Find a hint that is better than that of the error."""
        if self._member is not None and (
            hint := self._find_wrong_order(self._member) or self._find_two_images(self._member)
        ):
            return hint
        if (error.hint or "").startswith(("run ", "did you mean ")):
            return None  # the service has told more than can be guessed
        may_be_another = not self._was_found(error)
        if may_be_another and (hint := self._find_begun_id()):
            return hint
        changes = self._find_member_change()
        images = self._find_images_by_id() if may_be_another else []
        as_ascii = False
        if images is None:
            images, as_ascii = self._find_images_by_name(), self._image.isascii()
        suggested = [{"image": image, **changes} for image in images]
        return self._suggest(suggested or [changes] * bool(changes), as_ascii=as_ascii)

    def _was_found(self, error: ImgshareError) -> bool:
        """Whether the service has seen the image, so that no other one was meant."""
        if isinstance(error, ForbiddenError) or error.reason in {Reason.WRONG_MEMBER, Reason.NOT_A_MEMBER}:
            return True
        return not is_image_id(self._image) and error.http_status is not None  # a name that is not found has none

    def _suggest(self, changes: Sequence[Mapping[str, str | None]], *, as_ascii: bool = False) -> str | None:
        commands = [self._describe_command(change, as_ascii=as_ascii) for change in changes[:_MAX_COMMANDS]]
        more = f" (… and {len(changes) - _MAX_COMMANDS} more)" if len(changes) > _MAX_COMMANDS else ""
        return f"did you mean {' or '.join(commands)}{more}?" if commands else None

    def _find_wrong_order(self, member: str) -> str | None:
        is_single = "member" in self._typed.arguments
        # An image that we share with others is in none of our lists, but its name is not a project.
        may_be_name = self._is_owner and self._find_project(member) is None
        is_image = (is_image_id(member) or member in self._names or may_be_name) and member != self._own_id
        if is_image_id(self._image):
            if is_image_id(member) and is_image and is_single:
                return f"pass one image at a time; {self._typed.build_xargs()} does so for each line of its input"
            return None
        if is_image and (project := self._find_project(self._image)):
            name = "member" if is_single else "members"
            words = list_image_words(member, self._images) or [member]
            commands = [self._typed.build({"image": word, name: project}) for word in words[:_MAX_COMMANDS]]
            return f"IMAGE comes before MEMBER: did you mean {' or '.join(commands)}?"
        return None

    def _find_project(self, text: str) -> str | None:
        """Find the project that a text is the ID or a name of: most commands take no name as MEMBER."""
        if text in {self._own_name, MINE}:
            return self._own_id
        project = self._owners.find_id(text) if self._is_owner else text
        return project if is_project_id(project) else None

    def _find_two_images(self, member: str) -> str | None:
        """Find a name in two words, or the beginnings of two IDs."""
        if "member" not in self._typed.arguments:
            return None
        if (name := f"{self._image} {member}") in self._names:
            return self._suggest([{"image": word, "member": None} for word in list_image_words(name, self._images)])
        if is_project_id(member) or not _ID_BEGINNING.fullmatch(member):
            return None
        ids = [self._find_begun_image(word) for word in (self._image, member)]
        if None in ids:
            return None
        commands = [self._describe_command({"image": image, "member": None}) for image in ids]
        return f"{self._typed.names[0]} takes one IMAGE at a time: {', then '.join(commands)}"

    def _find_begun_id(self) -> str | None:
        """Find an ID whose beginning is too short, or in capitals."""
        form = self._image.lower()
        image = self._find_begun_image(form)
        if image is None or self._image == image or (len(form) >= _SHORTEST_PREFIX and form == self._image):
            return None
        short = len(form) < _SHORTEST_PREFIX
        need = f"the beginning of an ID needs at least {_SHORTEST_PREFIX} characters: " if short else ""
        return f"{need}did you mean {self._describe_command({'image': image})}?"

    def _find_begun_image(self, text: str) -> str | None:
        """Find the only known image whose ID is a text or begins with it."""
        if not (is_image_id(text) or _ID_BEGINNING.fullmatch(text)):
            return None
        images = [image for image in self._images if image.startswith(text)]
        return images[0] if len(images) == 1 else None

    def _find_images_by_id(self) -> list[str] | None:
        """Find the IDs of the images that may be meant by an ID; None where it may be a name as well."""
        lowered, compact = self._image.lower(), self._image.replace("-", "").lower()
        if self._image in self._images or compact == (self._own_id or "").replace("-", ""):
            return []
        if is_image_id(self._image) and lowered != self._image:
            return [lowered]
        is_whole = len(compact) == _DIGITS and _HEX.fullmatch(compact) is not None
        # A whole ID is no typing error: what changes something must not get the ID of a stranger's image instead.
        known = self._images if not is_whole or self._typed.names[0] in READING_COMMANDS else {}
        near = [image for image in known if is_one_edit_apart(compact, image.replace("-", "").lower())]
        if near or is_image_id(self._image):
            return near if len(near) == 1 else []
        if is_whole:
            starts = (0, 8, 12, 16, 20, _DIGITS)
            dashed = "-".join(compact[start:end] for start, end in pairwise(starts))
            return [dashed] if dashed in self._images or self._may_be_image(compact) else []
        return None

    def _find_images_by_name(self) -> list[str]:
        """Find the IDs, or the names that only one image has, of the images whose names are close."""
        close = find_close(self._image, self._names, cutoff=NAMES)
        if self._typed.names[0] not in READING_COMMANDS:
            close = [name for name in close if self._is_typing_error(name)]
        words = [word for name in close if name != self._image for word in list_image_words(name, self._images)]
        # What looks like an ASCII name must not be offered in its place.
        return [word for word in words if word.isascii() or not self._image.isascii()]

    def _is_typing_error(self, name: str) -> bool:
        """Whether so little of a name was typed otherwise, or left out at its end, that no other image was meant."""
        return name.startswith(self._image) or count_differences(self._image, name) <= _MAX_DIFFERENCES

    def _may_be_image(self, compact: str) -> bool:
        """Whether an ID without dashes, of no known image, may be that of an image rather than of a project."""
        is_owner_id = compact in self._owners.ids.values()
        has_project = self._member is not None and is_project_id(self._member)
        return not is_owner_id and self._typed.names[0] != "members" and (has_project or not self._is_owner)

    def _describe_command(self, changes: Mapping[str, str | None], *, as_ascii: bool = False) -> str:
        command, image = self._typed.build(changes), changes.get("image")
        return command + (describe_suggestion(image, self._images, self._owners, as_ascii=as_ascii) if image else "")

    def _find_member_change(self) -> dict[str, str]:
        member, own = self._member, self._own_id
        if member is None:
            return {}
        meant = member if self._is_owner else self._owners.find_id(member)  # an owner's command has resolved it
        if own and (member == self._own_name or is_one_edit_apart(normalize_id(member), normalize_id(own))):
            meant = own
        name = "members" if "members" in self._typed.arguments else "member"
        return {name: meant} if meant != member else {}


def _read_listed_images(session: Session) -> Mapping[str, ListedImage]:
    from imgshare_cli.cli.id_prefixes import get_last_list

    try:
        return get_last_list(session).find_known_images("")
    except ImgshareError:
        return {}
