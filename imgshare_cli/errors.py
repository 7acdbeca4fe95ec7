"""The errors that a user can meet: each knows its exit code, its name in JSON and the way out."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


# What Python raises where a library takes what it was given for granted. Its words may quote that.
MALFORMED = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, AssertionError, RecursionError)


class Reason(StrEnum):
    """Why a share was refused, where that was found out; docs/errors.md has a line for each."""

    NOT_FOUND = "not_found"
    WRONG_PROJECT = "wrong_project"
    WRONG_MEMBER = "wrong_member"
    OWNER = "owner"
    NOT_A_MEMBER = "not_a_member"
    ROLE = "role"
    VISIBILITY = "visibility"
    DEACTIVATED = "deactivated"
    REGION = "region"
    TOKEN = "token"  # noqa: S105  (the name of a reason)


class ImgshareError(Exception):
    """Something went wrong, in one sentence that names the thing.

    Attributes:
        exit_code: what the process ends with.
        code: the error's name in JSON.
        hint: the way out, as a sentence.
        http_status: the status the service answered with, where one did.
        request_id: the service's own name for the request, for its operators.
        reason: why, where that was found out.
        because: the part of the message that says why, in the words of the service that refused.
        details: what the sentence speaks of, one by one.
    """

    exit_code = 1
    code = "bug"

    def __init__(  # noqa: PLR0913  (what a reader may need, each by name)
        self,
        message: str,
        *,
        hint: str | None = None,
        http_status: int | None = None,
        request_id: str | None = None,
        reason: Reason | None = None,
        because: str = "",
        details: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.http_status = http_status
        self.request_id = request_id
        self.reason = reason
        self.because = because
        self.details = details

    def explain(self, reason: Reason, because: str, hint: str) -> None:
        """Say why in better words than the service's; all else about the error stays."""
        before, _, after = self.message.rpartition(self.because)
        self.message, self.because = f"{before}{because}{after}", because
        self.reason, self.hint = reason, hint

    def to_json(self) -> dict[str, object]:
        """The error as a script reads it."""
        return {
            "code": self.code,
            "reason": self.reason,
            "message": ": ".join(filter(None, (self.message, ", ".join(self.details)))),
            "hint": self.hint,
            "http_status": self.http_status,
            "request_id": self.request_id,
        }


class UsageError(ImgshareError):
    """The arguments cannot be meant."""

    exit_code = 2
    code = "usage"


class ConfigError(ImgshareError):
    """A setting is missing, unreadable or unsafe."""

    exit_code = 3
    code = "config"


class AuthError(ImgshareError):
    """There is no token, or the service does not take it."""

    exit_code = 4
    code = "auth"


class NotLoggedInError(AuthError):
    """There is no token at all."""


class ForbiddenError(ImgshareError):
    """The service knows who we are and says that we may not."""

    exit_code = 5
    code = "forbidden"


class NotFoundError(ImgshareError):
    """There is no such thing, or none that we may see."""

    exit_code = 6
    code = "not_found"


class RefusedError(ImgshareError):
    """The service understood and said no."""

    exit_code = 7
    code = "refused"


class NotYetError(RefusedError):
    """It is not what was asked for, but may still become so."""


class UnavailableError(ImgshareError):
    """The service cannot be reached, or what answers is not it."""

    exit_code = 8
    code = "unavailable"


class PartialError(ImgshareError):
    """Some of it was done, and some was not."""

    exit_code = 9
    code = "partial"


class InterruptedByUserError(ImgshareError):
    """Ctrl-C."""

    exit_code = 130
    code = "interrupted"
