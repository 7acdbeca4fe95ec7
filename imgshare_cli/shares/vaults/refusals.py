"""Refusals that are about backup vaults: those of an accept without one, and those of a vault that was sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.api.service_kind import ServiceKind
from imgshare_cli.errors import AuthError, Reason, RefusedError, ServiceError
from imgshare_cli.shares.vaults.choice import add_quote

if TYPE_CHECKING:
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.errors import ImgshareError

_REFUSALS = {400, 409, 413, 422}
_AMOUNT = re.compile(r"[1-9][0-9]{0,17}")


class VaultNeed(NamedTuple):
    """An image that the service accepts only with a vault.

    Attributes:
        error: the service's refusal.
        image: the image, where the service's code did not tell, and it was looked at.
    """

    error: ImgshareError
    image: Image | None


def find_vault_need(client: ImageClient, image_id: str, error: ImgshareError) -> VaultNeed | None:
    """Find out whether an accept without a vault was refused because it needs one; None where it was not."""
    is_refusal = isinstance(error, RefusedError) or error.http_status in _REFUSALS
    if not is_refusal or client.service_kind is ServiceKind.GLANCE:
        return None
    if error.reason is Reason.VAULT:
        return VaultNeed(error, None)
    if error.reason is not None:
        return None
    # The code of a missing vault is documented nowhere: one that is not known may be it.
    image = find_image(client, image_id)
    return VaultNeed(error, image) if image and is_full_server_image(image) else None


def find_image(client: ImageClient, image_id: str) -> Image | None:
    """Look at an image; None where that is refused: a token may be allowed to decide and nothing else."""
    try:
        return client.get_image(image_id)
    except (AuthError, ServiceError):
        return None


def is_full_server_image(image: Image) -> bool:
    """Whether an image is a whole server with its disks; IMS shows it in one of two ways, or in none."""
    whole, origin = image.raw.get("__whole_image"), image.raw.get("__data_origin")
    return str(whole).strip().lower() == "true" or (isinstance(origin, str) and origin.startswith("server_backup"))


def get_needed_room(image: Image | None) -> int | None:
    """Return how many bytes of a vault an image takes; None where that is not known."""
    if image is None:
        return None
    if image.size:
        return image.size
    text = str(image.raw.get("__image_size"))
    return int(text) if _AMOUNT.fullmatch(text) else None


def explain_vault_refusal(error: ImgshareError, vault_id: str, show: str) -> ImgshareError:
    """Explain a refusal of an accept with a vault, where it is about the vault.

    Args:
        error: the refusal.
        vault_id: the vault that was sent.
        show: the command that lists the vaults.
    """
    if error.reason is Reason.VAULT_CAPACITY:
        explanation = f"the backup vault {vault_id} has not enough room"
        hint = f"enlarge it, or use another one: {show} shows how much room each has"
    elif error.reason is Reason.VAULT:
        explanation = f"the backup vault {vault_id} cannot be used for it"
        hint = f"{show} lists the vaults, those that can be used first"
    else:
        return error
    return error.replace(explanation=add_quote(explanation, error), hint=hint)
