"""The error codes of Huawei-style clouds: of IMS (IMG), the API gateway (APIGW, APIG) and backup (BackupService)."""

from __future__ import annotations

import re

from imgshare_cli.api.ims_meanings import (
    BACKUP,
    BILLING,
    FAILED,
    GONE,
    KEY,
    NOT_FOUND,
    NOT_OWNER,
    NOT_SHAREABLE,
    OWN_PROJECT,
    PROJECT,
    QUOTA,
    REGION,
    ROLE,
    THROTTLED,
    VAULT,
    VAULT_FULL,
    KnownError,
)
from imgshare_cli.errors import Reason, RefusedError
from imgshare_cli.hints import build_command, quote_word

_ACTION = re.compile(r"\b(?:ims|cbr|kms|iam):[A-Za-z]{1,40}:[A-Za-z]{1,40}\b")

KNOWN_CODES: dict[str, KnownError] = {
    **dict.fromkeys(("IMG.0027", "IMG.0031", "IMG.0066", "IMG.0086", "IMG.0144"), NOT_FOUND),
    **dict.fromkeys(("IMG.0030", "IMG.0067", "IMG.0145"), PROJECT),
    "IMG.0104": PROJECT._replace(explanation="there are several projects in this region, and none was named"),
    "IMG.0108": REGION._replace(explanation="the project is not in this region"),
    "IMG.0177": REGION,
    "APIGW.0801": REGION._replace(
        explanation="the service is not available in this region", hint="check the endpoint: {status} shows it"
    ),
    **dict.fromkeys(("IMG.0026", "IMG.0161"), ROLE),
    **dict.fromkeys(("APIGW.0302", "APIGW.0304", "APIGW.0306", "APIGW.0802"), ROLE),
    **dict.fromkeys(("IMG.0047", "IMG.0106"), NOT_OWNER),
    **dict.fromkeys(("IMG.0076", "IMG.0178"), OWN_PROJECT),
    "IMG.0083": NOT_SHAREABLE._replace(
        reason=Reason.VISIBILITY,
        explanation="the image is public",
        hint="no decision is needed: every project can see a public image",
    ),
    "IMG.0084": NOT_SHAREABLE._replace(
        reason=Reason.VISIBILITY,
        explanation="the image is private and not shared",
        hint="ask the owner to share it with this project",
    ),
    "IMG.0089": NOT_SHAREABLE._replace(hint="every project can see a public image: it needs no share"),
    "IMG.0098": NOT_SHAREABLE._replace(
        explanation="an encrypted image cannot be shared",
        hint="encrypt it with a custom key and grant that to the account of the member, or replicate it without "
        "encryption and share that",
    ),
    "IMG.0135": NOT_SHAREABLE._replace(
        explanation="this full-server image cannot be shared",
        hint="only full-server images that were made of a CBR backup can be shared",
    ),
    "IMG.0105": NOT_SHAREABLE._replace(
        reason=None,
        explanation="the service does not support this for the image",
        hint="check what kind of image it is in the console; its operators can look up the request ID",
    ),
    "IMG.0028": NOT_SHAREABLE._replace(
        reason=None, explanation="the image is protected", hint="ask its owner to remove the protection"
    ),
    "IMG.0046": NOT_SHAREABLE._replace(
        reason=Reason.IMAGE_UNAVAILABLE,
        explanation="the image is not available now",
        hint="run the same command again when its status is 'active', or ask its owner",
    ),
    "IMG.0196": NOT_SHAREABLE._replace(
        reason=Reason.NOT_ACCEPTED,
        explanation="the image must be accepted before it can be replicated",
        hint="run {accept} first",
    ),
    "IMG.0197": KEY._replace(
        explanation="an image that is encrypted with another account's key cannot be replicated",
        hint="ask its owner to share an image that is not encrypted, or encrypted with a custom key that is granted to "
        "your account",
    ),
    "IMG.0088": QUOTA,
    **dict.fromkeys(("IMG.0182", "BackupService.6114"), VAULT_FULL),
    "IMG.0185": VAULT_FULL._replace(
        explanation="the backup vault holds as many servers as it may",
        hint="{vaults} lists others: pass one with --vault",
    ),
    **dict.fromkeys(("IMG.0184", "IMG.0188", "IMG.0189", "IMG.0193"), VAULT),
    **dict.fromkeys(("BackupService.6102", "BackupService.6112"), VAULT),
    "IMG.0183": VAULT._replace(
        explanation="the server is in another backup vault already", hint="{vaults} lists the vaults: pass that one"
    ),
    **dict.fromkeys(("IMG.0095", "IMG.0097", "IMG.0099", "IMG.0100", "IMG.0101", "IMG.0102", "IMG.0103"), KEY),
    **dict.fromkeys(("IMG.0127", "IMG.0133", "IMG.0165"), BACKUP),
    **dict.fromkeys(("IMG.0238", "IMG.0239", "IMG.0241", "IMG.0242", "APIGW.0502"), BILLING),
    **dict.fromkeys(("IMG.0060", "IMG.0187", "APIGW.0308"), THROTTLED),
    **dict.fromkeys(("IMG.0014", "IMG.0018", "IMG.0061", "IMG.0064", "IMG.0065"), FAILED),
    **dict.fromkeys(("IMG.0112", "IMG.0113", "IMG.0114"), FAILED),
    "APIGW.0101": GONE,
}


def find_known_error(code: str | None) -> KnownError | None:
    """Find out what a code means; None for one that says nothing about shares."""
    return KNOWN_CODES.get(code) if code else None


def find_missing_permission(explanation: str) -> KnownError | None:
    """Find the permission that a refusal (403) names, as IAM's policies do; None where it names none."""
    if action := _ACTION.search(explanation):
        hint = f"ask the administrator of your account for the IAM permission {action[0]} in this project"
        return ROLE._replace(explanation=f"the user lacks the permission {action[0]}", hint=hint)
    return None


def explain_refused_reset(error: RefusedError, image_id: str, member_id: str) -> RefusedError:
    """Explain that IMS did not make a share pending again: its documentation only knows the other two."""
    reject = build_command("reject", quote_word(image_id, "IMAGE"), quote_word(member_id, "MEMBER"))
    return error.replace(
        explanation=f"IMS may not let a decision be taken back: {error.explanation}",
        hint=f"{reject} hides the image instead, and accepting it later is still possible",
    )
