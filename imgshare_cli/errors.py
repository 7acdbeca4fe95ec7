"""The errors a user can get: each class has its exit code and its name in JSON, each error its hint."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self, Unpack


class Reason(StrEnum):
    """Why a request was refused, where that is known; docs/errors.md describes each."""

    NOT_FOUND = "not_found"
    WRONG_PROJECT = "wrong_project"
    WRONG_MEMBER = "wrong_member"
    OWNER = "owner"
    NOT_A_MEMBER = "not_a_member"
    ROLE = "role"
    VISIBILITY = "visibility"
    DEACTIVATED = "deactivated"
    REGION = "region"
    CLOCK = "clock"
    TOKEN = "token"  # noqa: S105  (the name of a reason)
    PROJECT = "project"
    NOT_OWNER = "not_owner"
    OWN_PROJECT = "own_project"
    NOT_SHAREABLE = "not_shareable"
    NOT_ACCEPTED = "not_accepted"
    IMAGE_UNAVAILABLE = "image_unavailable"
    QUOTA = "quota"
    VAULT = "vault"
    VAULT_CAPACITY = "vault_capacity"
    KEY = "key"
    BACKUP = "backup"
    BILLING = "billing"
    RATE_LIMIT = "rate_limit"
    NO_SUCH_API = "no_such_api"


class ErrorParts(TypedDict, total=False):
    """The parts of an error that a copy can have instead."""

    failure: str
    explanation: str
    note: str
    hint: str | None
    reason: Reason | None
    details: Sequence[str]
    correction: Mapping[str, str]
    may_have_arrived: bool


class ImgshareError(Exception):
    """An error for the user; its parts are joined only where they are shown.

    An error does not change after it is made: what knows more about it raises a copy, see `replace`.

    Attributes:
        exit_code: the exit code of the process.
        code: the error's name in JSON.
        failure: what failed, for example "cannot accept image X for project Y".
        explanation: why the service refused, in its own words or in better ones.
        note: what else happened before the error was shown.
        hint: what the user can do, as a sentence.
        http_status: the HTTP status of the response, where there is one.
        request_id: the service's ID of the request, for its operators.
        reason: why, as a word for programs, where that is known.
        details: the items the message is about.
        correction: arguments, by parameter, or options that were probably meant; the command line adds that command
            to the hint.
        may_have_arrived: whether the request may have been carried out although no response said so.
        service_code: the service's own code for the error, such as `IMG.0184`, where it has one.
    """

    exit_code = 1
    code = "bug"

    def __init__(  # noqa: PLR0913  (what a reader may need, each by name)
        self,
        failure: str,
        *,
        explanation: str = "",
        note: str = "",
        hint: str | None = None,
        http_status: int | None = None,
        request_id: str | None = None,
        reason: Reason | None = None,
        details: Sequence[str] = (),
        correction: Mapping[str, str] | None = None,
        may_have_arrived: bool = False,
        service_code: str | None = None,
    ) -> None:
        super().__init__(failure)
        self.failure = failure
        self.explanation = explanation
        self.note = note
        self.hint = hint
        self.http_status = http_status
        self.request_id = request_id
        self.reason = reason
        self.details = details
        self.correction = correction or {}
        self.may_have_arrived = may_have_arrived
        self.service_code = service_code

    def __str__(self) -> str:
        """The message."""
        return self.message

    @property
    def message(self) -> str:
        """What failed, why, and what else happened, as one sentence."""
        explained = f"{self.failure}: {self.explanation}" if self.explanation else self.failure
        return f"{explained}; {self.note}" if self.note else explained

    def replace(self, **parts: Unpack[ErrorParts]) -> Self:
        """Create a copy of the same class with other parts, to be raised from this error."""
        copy = type(self).__new__(type(self), *self.args)  # not __init__, whose parameters a class may choose
        copy.__dict__.update(self.__dict__, **parts)
        return copy

    def to_json(self) -> dict[str, object]:
        """Return the error as a JSON object for scripts."""
        return {
            "code": self.code,
            "reason": self.reason,
            "message": ": ".join(filter(None, (self.message, ", ".join(self.details)))),
            "hint": self.hint,
            "http_status": self.http_status,
            "request_id": self.request_id,
        }


class MachineError(ImgshareError):
    """This machine lacks what the run needs: a place for its output, memory, threads or open files."""

    code = "machine"


class UsageError(ImgshareError):
    """The arguments are not valid."""

    exit_code = 2
    code = "usage"


class ConfigError(ImgshareError):
    """A setting is missing, cannot be read or is unsafe."""

    exit_code = 3
    code = "config"


class AuthError(ImgshareError):
    """There is no token, or the service rejects it."""

    exit_code = 4
    code = "auth"


class NotLoggedInError(AuthError):
    """There is no token at all."""


class ServiceError(ImgshareError):
    """The service did not do what a request asked for; a request that only helps can go without it."""


class ForbiddenError(ServiceError):
    """The service knows the user and does not allow the request."""

    exit_code = 5
    code = "forbidden"


class NotFoundError(ServiceError):
    """The object does not exist, or the user cannot see it."""

    exit_code = 6
    code = "not_found"


class RefusedError(ServiceError):
    """The service understood the request and refused it."""

    exit_code = 7
    code = "refused"


class NotYetError(RefusedError):
    """The object is not what was asked for, but may still become so."""


class UnavailableError(ServiceError):
    """The service cannot be reached, or the response is not from its API."""

    exit_code = 8
    code = "unavailable"


class PartialError(ImgshareError):
    """Some items succeeded and some failed."""

    exit_code = 9
    code = "partial"


class InterruptedByUserError(ImgshareError):
    """The user pressed Ctrl-C or said no."""

    exit_code = 130
    code = "interrupted"
