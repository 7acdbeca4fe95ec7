"""The errors that the API answers requests with."""

from __future__ import annotations


class ApiError(Exception):
    """An error response: its status, its message, and what else Glance puts into it.

    Attributes:
        status: the HTTP status.
        message: the reason, in Glance's words.
        tail: the HTML that follows the message in Glance's error page.
        headers: headers that only this response has.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        tail: str = "<br /><br />\n\n\n",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.tail = tail
        self.headers = headers


class NotFoundError(ApiError):
    """There is no such resource, or the caller must not know that there is one."""

    def __init__(self, message: str = "The resource could not be found.") -> None:
        super().__init__(404, message)


class ForbiddenError(ApiError):
    """A policy forbids the action. Glance names the action and gives no reason."""

    def __init__(self, action: str) -> None:
        super().__init__(403, f"You are not authorized to complete {action} action.")
        self.action = action


class AccessDeniedError(ApiError):
    """The request asks for something that this caller cannot have. Glance puts the reason below the message."""

    def __init__(self, reason: str) -> None:
        super().__init__(403, "Access was denied to this resource.", tail=f"<br /><br />\n{reason}\n\n")


class ServerError(ApiError):
    """Glance itself fails on such a request."""

    def __init__(self) -> None:
        super().__init__(500, "The server has either erred or is incapable of performing the requested operation.")
