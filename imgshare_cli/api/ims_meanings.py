"""What can be wrong with a request about a share in a Huawei-style cloud, whatever code says so."""

from __future__ import annotations

from typing import NamedTuple

from imgshare_cli.errors import (
    ForbiddenError,
    ImgshareError,
    NotFoundError,
    Reason,
    RefusedError,
    UnavailableError,
)
from imgshare_cli.hints import build_command

PERMISSION_HINT = (
    "ask the administrator of your account for the IAM permissions ims:images:get and ims:images:share in this project"
)


class KnownError(NamedTuple):
    """What a code means.

    Attributes:
        error_class: the kind of error, which has the exit code.
        reason: why the request was refused, as a word for programs.
        explanation: why, in words.
        hint: what the user can do; `{members}` and the like are commands.
    """

    error_class: type[ImgshareError]
    reason: Reason | None
    explanation: str
    hint: str

    def build_hint(self) -> str:
        """Build the hint, with its commands."""
        commands = {"members": ("members", "IMAGE"), "unshare": ("unshare", "IMAGE", "MEMBER"), "vaults": ("vaults",)}
        commands |= {"list": ("list", "--status", "all"), "accept": ("accept", "IMAGE"), "status": ("status",)}
        used = {name: build_command(*words) for name, words in commands.items() if f"{{{name}}}" in self.hint}
        return self.hint.format(**used)


NOT_FOUND = KnownError(
    NotFoundError,
    Reason.NOT_FOUND,
    "no such image, or it is not shared with this project",
    "check the ID: {list} shows what is shared with you; or ask the owner whether it is shared with this project",
)
PROJECT = KnownError(
    RefusedError,
    Reason.PROJECT,
    "the project ID is not that of the token, or no such project exists here",
    "pass the ID of your own project in this region as MEMBER: {status} shows the project of the token",
)
REGION = KnownError(
    RefusedError,
    Reason.REGION,
    "the two projects are not in the same region",
    "images are shared inside a region: use the project that the member has in the region of the image, or have the "
    "owner replicate the image to the other region and share it there",
)
ROLE = KnownError(
    ForbiddenError,
    Reason.ROLE,
    "the user lacks a permission",
    PERMISSION_HINT,
)
NOT_OWNER = KnownError(
    ForbiddenError,
    Reason.NOT_OWNER,
    "only the owner of the image may do this",
    "ask the project that owns the image, or log in to it",
)
OWN_PROJECT = KnownError(
    RefusedError,
    Reason.OWN_PROJECT,
    "an image cannot be shared with the project that owns it",
    "pass the ID of another project as MEMBER",
)
NOT_SHAREABLE = KnownError(
    RefusedError,
    Reason.NOT_SHAREABLE,
    "this image cannot be shared",
    "",  # for each, below
)
QUOTA = KnownError(
    RefusedError,
    Reason.QUOTA,
    "the quota of shared images is used up",
    "{members} shows the projects that have an image, {unshare} removes one; or ask for a higher quota",
)
VAULT_FULL = KnownError(
    RefusedError,
    Reason.VAULT_CAPACITY,
    "the backup vault has not enough room for the image",
    "{vaults} shows the free space; enlarge the vault, or pass another one with --vault",
)
VAULT = KnownError(
    RefusedError,
    Reason.VAULT,
    "the image needs a server backup vault, and this one cannot be used or was not found",
    "{vaults} lists the backup vaults: pass one that is available, for servers and of this project, with --vault",
)
KEY = KnownError(
    RefusedError,
    Reason.KEY,
    "the key that the image is encrypted with cannot be used",
    "ask the owner of the image to enable its KMS key and to grant it to your account (domain) ID, with the operations "
    "'Decrypt Data Key' and 'Describe Key'",
)
BACKUP = KnownError(
    RefusedError,
    Reason.BACKUP,
    "the backup that the full-server image is made of is gone, or this project may not use it",
    "ask the owner whether the backup still exists; unsharing the image and sharing it again grants access to it again",
)
BILLING = KnownError(
    RefusedError,
    Reason.BILLING,
    "the account may not order anything now",
    "complete the account's verification and payment information, or top it up, in the console",
)
THROTTLED = KnownError(UnavailableError, Reason.RATE_LIMIT, "too many requests", "try again in a minute")
FAILED = KnownError(
    UnavailableError, None, "the service failed", "try again later; its operators can look up the request ID"
)
GONE = KnownError(
    UnavailableError,
    Reason.NO_SUCH_API,
    "the service does not offer this call (any more)",
    "check the endpoint: {status} shows it",
)
