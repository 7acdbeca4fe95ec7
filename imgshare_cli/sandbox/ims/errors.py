"""The errors that an IMS, and the API gateway in front of it, answer requests with."""

from __future__ import annotations

import json
import uuid
from http import HTTPStatus

from imgshare_cli.sandbox.errors import ApiError, ForbiddenError, NotFoundError
from imgshare_cli.sandbox.http_messages import Response

_JSON = {"Content-Type": "application/json;charset=UTF-8"}


class ImsError(Exception):
    """A request that IMS refuses. Most refusals are 400, and the code tells them apart."""

    def __init__(self, code: str, message: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def build_response(self) -> Response:
        """Build the response, which nests message and code."""
        body = {"error": {"message": self.message, "code": self.code}}
        return Response(self.status, json.dumps(body).encode(), dict(_JSON))


class GatewayError(ImsError):
    """A request that the gateway refuses before IMS sees it; the services that answer as it does raise this too."""

    def build_response(self) -> Response:
        """Build the response, which is flat."""
        body = {"error_msg": self.message, "error_code": self.code, "request_id": uuid.uuid4().hex}
        return Response(self.status, json.dumps(body).encode(), dict(_JSON))


def create_authentication_error(reason: str) -> GatewayError:
    """Create the error for a token or a signature that does not authenticate a request."""
    message = f"Incorrect IAM authentication information: {reason}"
    return GatewayError("APIGW.0301", message, HTTPStatus.UNAUTHORIZED)


def create_path_error() -> GatewayError:
    """Create the error for a path, or a method, that nobody has published."""
    message = "The API does not exist or has not been published in the environment"
    return GatewayError("APIGW.0101", message, HTTPStatus.NOT_FOUND)


def create_throttling_error() -> GatewayError:
    """Create the error for a client that sends too many requests."""
    return GatewayError("APIGW.0308", "The throttling threshold has been reached", HTTPStatus.TOO_MANY_REQUESTS)


def translate_error(error: ApiError) -> ImsError:
    """Translate an error of the store, which speaks Glance, into IMS's."""
    code, message, status = "IMG.0001", error.message, HTTPStatus.BAD_REQUEST
    match error:
        case ForbiddenError(action="add_member" | "delete_member"):
            code, message = "IMG.0047", "Only the owner of the image can perform this operation."
        case ForbiddenError() | NotFoundError(message="The resource could not be found."):
            code, message, status = "IMG.0026", "Role is invalid, need permission.", HTTPStatus.FORBIDDEN
        case NotFoundError() if " not found in the member list " in message:
            code, status = "IMG.0114", HTTPStatus.NOT_FOUND
        case NotFoundError():
            code = "IMG.0027"
        case ApiError(status=403) if message.startswith("Not allowed to "):
            code, message = "IMG.0089", "The image is public and cannot be shared."
        case ApiError(status=403):
            code, status = "IMG.0026", HTTPStatus.FORBIDDEN
        case ApiError(status=409):
            code = "IMG.0112"
        case ApiError(status=413):
            code, message = "IMG.0088", "The quota of members of a shared image is reached."
    return ImsError(code, message, status)
