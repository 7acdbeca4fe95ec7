"""Turns the errors of a login with keystoneauth1 into errors with hints."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from keystoneauth1 import exceptions as ks

from imgshare_cli.api.response import format_status
from imgshare_cli.auth.keystone_settings import MAX_QUOTED, LoginRequest
from imgshare_cli.errors import AuthError, ConfigError, ImgshareError, Reason, UnavailableError

if TYPE_CHECKING:
    from imgshare_cli.config.service_url import Setting

# What Keystone and webob say to every 401 and 404, which tells a person nothing.
_EMPTY_WORDS = re.compile(r"requires authentication|your browser|unrecognized schema", re.IGNORECASE)


def create_rejected_error(exc: ks.Unauthorized, url: str | None, request: LoginRequest) -> AuthError:
    """Create the error for a login that the identity service rejects."""
    is_credential = request.auth_type == "v3applicationcredential"
    whose = request.display_name if is_credential else f"the credentials of {request.display_name}"
    return AuthError(
        f"the identity service {url} rejected {whose}",
        explanation=_read_words(exc),
        hint="check its ID and secret; it may also have expired"
        if is_credential
        else "check user, password and project; the user may also be disabled",
        http_status=401,
        request_id=exc.request_id,
        reason=Reason.TOKEN,
    )


def create_unavailable_error(exc: Exception, url: str | None, setting: Setting) -> UnavailableError:
    """Create the error for an identity service that does not work, or a server that is none."""
    status = getattr(exc, "http_status", None) if isinstance(exc, ks.HttpError) else None
    if isinstance(exc, ks.DiscoveryFailure):
        failure = f"the server at {url} does not answer as Keystone does"
    elif status:
        failure = f"the identity service {url} failed ({format_status(status)})"
    else:
        failure = f"the identity service {url} cannot be reached"
    return UnavailableError(failure, hint=f"check {setting.name} and the network, and try again", http_status=status)


def create_refused_error(exc: Exception, url: str | None, request: LoginRequest, setting: Setting) -> ImgshareError:
    """Create the error for a login that was refused for another reason than wrong credentials."""
    status = getattr(exc, "http_status", None)
    if status == HTTPStatus.TOO_MANY_REQUESTS:  # only newer versions have a class for it
        return create_unavailable_error(exc, url, setting)
    hint = request.settings_hint
    if status == HTTPStatus.NOT_FOUND:
        hint = f"check {setting.name}, which usually ends with /v3"
    failure = f"cannot log in to {url}" + (f" ({format_status(status)})" if status else "")
    words = _read_words(exc)
    return ConfigError(failure, explanation="" if failure.endswith(f" {words})") else words, hint=hint)


def _read_words(exc: Exception) -> str:
    """Read what the service says, without the status and the ID that keystoneauth adds."""
    words = re.sub(r"\s*\((HTTP [0-9]+|Request-ID: [^)]*)\)", "", str(exc)[: 2 * MAX_QUOTED])
    words = " ".join(words.split())
    return "" if _EMPTY_WORDS.search(words) else words[:MAX_QUOTED].rstrip(".")
