"""What a user can do when the image service refuses a call, where the call has better hints than the status alone."""

from __future__ import annotations

from urllib.parse import unquote

from imgshare_cli.api.ims_meanings import PERMISSION_HINT
from imgshare_cli.api.service_kind import ServiceKind
from imgshare_cli.hints import build_command, quote_word

_OWNER_ONLY = "only the project that owns an image can share it, with the role 'member'"
_SHARE = {
    403: f"{_OWNER_ONLY}, and only while its visibility is 'shared'",
    404: "check the image; only the project that owns it can share it",
    409: "{members} shows the projects it is shared with",
    413: "the image has the maximum number of members: {unshare} removes one",
}
_UNSHARE = {
    403: (
        "only the project that owns an image can unshare it, with the role 'member', and only while its visibility "
        "is 'shared'"
    ),
    404: "{members} shows the projects it is shared with",
}
_MEMBERS = {
    403: "only images with the visibility 'shared' have members, and you need a role in the project to see them"
}
_LIST = {403: "ask for a role in the project, such as 'member'"}
_HINTS = {"share": _SHARE, "unshare": _UNSHARE, "members": _MEMBERS, "list": _LIST}


def build_call_hints(call: str, path: str, kind: ServiceKind | None = None) -> dict[int, str]:
    """Build the hints of a call by status.

    Args:
        call: `share`, `unshare`, `members` or `list`; any other has none.
        path: the path of its request.
        kind: the kind of the service, if it is known; the roles and visibilities of Glance mean nothing to IMS.
    """
    image = quote_word(unquote(path.split("/")[3]), "IMAGE") if call in {"share", "unshare"} else "IMAGE"
    commands = {"members": build_command("members", image), "unshare": build_command("unshare", image, "MEMBER")}
    hints = {status: hint.format(**commands) for status, hint in _HINTS.get(call, {}).items()}
    return {**hints, 403: PERMISSION_HINT} if kind is ServiceKind.IMS else hints
