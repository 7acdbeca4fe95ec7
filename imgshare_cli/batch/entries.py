"""What one entry of --from means: a line of words, or a JSON value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from imgshare_cli import hints
from imgshare_cli.api.models import MAX_NAME, is_image_id, is_project_id, is_usable_id
from imgshare_cli.batch.items import ANYWHERE, Item, Scope
from imgshare_cli.batch.words import split_words
from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

NAME_HINT = 'put a name in quotes ("golden debian"), or write {"name": "golden debian"}'
_LINE_HINT = f"a line is IMAGE or IMAGE MEMBER: {hints.build_command('list', '--quiet')} prints such lines"
_WORDS = 2  # IMAGE and MEMBER


def parse_line(number: int, text: str) -> Item | None:
    """Parse `IMAGE`, `IMAGE MEMBER` or `IMAGE,MEMBER`, or a JSON string; None for a comment.

    Raises:
        UsageError: it is malformed.
    """
    if "\0" in text:
        raise UsageError("a NUL character", hint="save the file as UTF-8 text")
    if "\r" in text:
        raise UsageError("a carriage return inside of the line", hint="save the file with line feeds as line ends")
    if text.startswith('"') and isinstance(value := _parse_json(text), str):
        return _create_item(number, value)
    words = split_words(text)
    if not words:
        return None
    if len(words) > _WORDS:
        raise UsageError(f"more than {_WORDS} words", hint=_LINE_HINT)
    image, *rest = words
    if not image.is_quoted and not is_image_id(image.text):
        raise UsageError(f"{hints.quote_text(image.text)} is not an image ID", hint=NAME_HINT)
    # The name of the image, as likely as not, or another image.
    if rest and not rest[0].is_quoted and (not is_project_id(rest[0].text) or is_image_id(rest[0].text)):
        raise UsageError(f"{hints.quote_text(rest[0].text)} is not a project ID", hint=_LINE_HINT)
    return _create_item(number, image.text, member_id=_check_member_id(rest[0].text) if rest else None)


def _parse_json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def parse_value(number: int, value: object, is_wanted: Callable[[str | None], bool]) -> Item:
    """Parse a JSON string, which is an ID or a name, or an object: an image, a share or an earlier outcome.

    Args:
        number: the number of the entry.
        value: what JSON was parsed to.
        is_wanted: whether the status of an earlier outcome is what the command would set.

    Raises:
        UsageError: it is malformed.
    """
    if isinstance(value, str):
        return _create_item(number, value)
    if not isinstance(value, dict):
        raise UsageError("neither an object nor a string", hint=NAME_HINT)
    _check_findings(value)
    return _parse_image(number, value) if "id" in value else _parse_share(number, value, is_wanted)


def _parse_image(number: int, image: dict[str, Any]) -> Item:
    """Parse an image as `list --json` and the API give it: all but `id` and our `member_id` is its owner's choice.

    `list --json` adds `member_status` and `member_id`, and replaces what the owner has put there: its output cannot be
    forged. An object of the API itself (it has a `schema`) without `member_status` has the owner's `member_id`, which
    is ignored. An owner may choose both names; then the API's own output names a project of the owner's choice, and
    nothing tells it from ours. The service still decides whether the token may act for that project.
    """
    is_ours = "member_id" in image and ("member_status" in image or not image.keys() & {"schema", "self"})
    return Item(number, _read_image_id(image, "id"), member_id=_read_member_id(image) if is_ours else None)


def _parse_share(number: int, share: dict[str, Any], is_wanted: Callable[[str | None], bool]) -> Item:
    """Parse a member object of the API, a line of the decision log, a share with findings, or an outcome."""
    scope = ANYWHERE
    if "new_status" in share or isinstance(share.get("result"), str):
        # What was not known when an item failed, or was decided, is null.
        share = {key: value for key, value in share.items() if value is not None}
        scope = Scope(*(_read_string(share, key) if key in share else None for key in Scope._fields))
    member_id = _read_member_id(share) if "member_id" in share else None
    is_done = _is_done(share, is_wanted)
    if "image_id" in share:
        return Item(number, _read_image_id(share, "image_id"), member_id=member_id, is_done=is_done, scope=scope)
    if "name" in share:
        name = _check_name(_read_string(share, "name"))
        return Item(number, name, member_id=member_id, is_name=True, is_done=is_done, scope=scope)
    if "result" in share and "line" in share:
        raise UsageError("the outcome of a malformed line", hint="correct that line where it came from")
    raise UsageError("no id, image_id or name", hint='write {"image_id": "…"} or {"name": "…"}')


def _check_findings(share: dict[str, Any]) -> None:
    """Refuse a share of `audit` or `verify` that nothing was found about: it is among them only to be complete."""
    if "findings" not in share:
        return
    findings = share["findings"]
    if isinstance(findings, str) and "id" in share:
        return  # a property of an image, which is its owner's choice
    if not isinstance(findings, list) or not all(isinstance(finding, str) and finding for finding in findings):
        raise UsageError("findings is not an array of names")
    if not findings:
        image, member = (hints.quote_text(str(share.get(key))) for key in ("image_id", "member_id"))
        raise UsageError(
            f"nothing was found about image {image} and project {member}, so the share stays as it is",
            hint="--finding NAMES prints only shares that have one of these findings",
        )


def _is_done(outcome: dict[str, Any], is_wanted: Callable[[str | None], bool]) -> bool:
    """Whether an outcome says that what is wanted is done already; in doubt it is done again, which changes nothing."""
    status = outcome.get("status")
    return outcome.get("result") == "done" and isinstance(status, str | None) and is_wanted(status)


def _create_item(number: int, image: str, member_id: str | None = None) -> Item:
    if is_image_id(image):
        return Item(number, image, member_id)
    return Item(number, _check_name(image), member_id, is_name=True)


def _read_image_id(entry: dict[str, Any], key: str) -> str:
    image_id = _read_string(entry, key)
    if not is_image_id(image_id):
        raise UsageError(f"{key} {hints.quote_text(image_id)} is not an image ID", hint=NAME_HINT)
    return image_id


def _read_member_id(entry: dict[str, Any]) -> str:
    return _check_member_id(_read_string(entry, "member_id"))


def _read_string(entry: dict[str, Any], key: str) -> str:
    value = entry[key]
    if not isinstance(value, str):
        raise UsageError(f"{key} is not a string")
    return value


def _check_member_id(member_id: str) -> str:
    if not is_usable_id(member_id):
        raise UsageError(f"{hints.quote_text(member_id)} is not a project ID")
    return member_id


def _check_name(name: str) -> str:
    if not name.isprintable() or not name.strip() or len(name) > MAX_NAME:
        raise UsageError(f"{hints.quote_text(name)} is not a name of an image")
    return name
