"""What to say when a service rejects a signed request: the key, or this machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.error_bodies import read_explanation, read_request_id
from imgshare_cli.api.timestamps import parse_http_date
from imgshare_cli.errors import AuthError, Reason

if TYPE_CHECKING:
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.response import Response

# The services allow 15 minutes; a clock that is off by a third of that is worth naming.
_MAX_SECONDS_OFF = 300
_SECRET_VARIABLES = {"IMGSHARE_ACCESS_KEY": "IMGSHARE_SECRET_KEY", "HUAWEICLOUD_SDK_AK": "HUAWEICLOUD_SDK_SK"}
_SECONDS = {"day": 86400, "hour": 3600, "minute": 60}


def create_key_error(response: Response, action: str, credential: Credential) -> AuthError | None:
    """Create the error for a rejected access key; None where the response rejects something else, or nothing.

    Args:
        response: the response to a signed request.
        action: what was tried, in words that follow "cannot".
        credential: the access key.
    """
    # A 403 with any other code is about what the key may do: its signature was accepted.
    may_be_clock = response.status == HTTPStatus.FORBIDDEN and response.service_code is None
    if not (response.rejects_token or may_be_clock):
        return None
    seconds = _measure_clock(response)
    is_clock_off = abs(seconds) > _MAX_SECONDS_OFF
    if not (response.rejects_token or is_clock_off):
        return None
    quote = read_explanation(response)
    if is_clock_off:
        side = "ahead of" if seconds > 0 else "behind"
        explanation = (
            f"this machine's clock is {_format_duration(abs(seconds))} {side} that of the service, which rejects"
        )
        explanation += " the signature"
        hint = "correct the clock (such as with 'timedatectl set-ntp true'), and run the same command again"
    else:
        explanation = f"the access key from {credential.source} was rejected"
        hint = _build_hint(credential, quote)
    return AuthError(
        f"cannot {action}",
        explanation=f'{explanation}: "{quote}"' if quote else explanation,
        hint=hint,
        http_status=response.status,
        request_id=response.request_id or read_request_id(response),
        reason=Reason.CLOCK if is_clock_off else Reason.TOKEN,
        may_have_arrived=response.may_have_arrived,
        service_code=response.service_code,
    )


def _measure_clock(response: Response) -> float:
    """Measure how many seconds this machine's clock is ahead of the service's; 0 where it does not say."""
    date = parse_http_date(response.date)
    return (datetime.now(UTC) - date).total_seconds() if date else 0.0


def _format_duration(seconds: float) -> str:
    """Return a duration in its largest whole unit, as people say it."""
    unit = next((unit for unit, size in _SECONDS.items() if seconds >= 2 * size), "minute")
    return f"{seconds / _SECONDS[unit]:.0f} {unit}s"


def _build_hint(credential: Credential, quote: str) -> str:
    if credential.security_token:
        return "a temporary key expires within a day: get a new key, secret and security token"
    is_wrong_secret = "aksk" in quote or "signature" in quote
    cause = (
        "the secret does not belong to the key" if is_wrong_secret else "the key may be inactive, deleted or mistyped"
    )
    if credential.variable:
        secret = _SECRET_VARIABLES.get(credential.variable, "its secret")
        check = f"check {credential.variable} and {secret}"
    else:
        check = f"{hints.build_login_command(credential.relogin_command)} asks for it again"
    other = "access" if credential.signature_format == "credential" else "credential"
    profile = hints.build_options({"--profile": hints.find_login_option(credential.relogin_command, "--profile")})
    keep = hints.build_command("config", "set", "signature_format", other, *profile)
    return f"{cause}: {check}; if both are right, the service may expect the other form of signatures: {keep}"
