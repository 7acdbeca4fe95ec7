"""Route each request to the API call that it names, and turn errors into responses."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from imgshare_cli.sandbox.api_versions import VERSIONS, build_version_list
from imgshare_cli.sandbox.error_format import format_error
from imgshare_cli.sandbox.errors import ApiError, NotFoundError
from imgshare_cli.sandbox.handlers import ImageHandlers, build_json_response
from imgshare_cli.sandbox.http_messages import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.sandbox.store import ImageStore
    from imgshare_cli.sandbox.tokens import Caller, TokenStore

    Handler = Callable[..., Response]

_SHORT_TAIL = "<br /><br />\n"
_UNAUTHORIZED = (
    "This server could not verify that you are authorized to access the document you requested. Either you supplied"
    " the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials"
    " required."
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH")
_MAX_REQUEST_ID = 64


class Router:
    """Answers requests from the stored images and tokens."""

    def __init__(self, images: ImageStore, tokens: TokenStore) -> None:
        self._tokens = tokens
        call = ImageHandlers(images)
        self._routes: list[tuple[re.Pattern[str], dict[str, Handler]]] = [
            (
                re.compile(r"/images/([^/]+)/members/([^/]+)"),
                {"GET": call.get_member, "PUT": call.set_member_status, "DELETE": call.remove_member},
            ),
            (re.compile(r"/images/([^/]+)/members"), {"GET": call.list_members, "POST": call.add_member}),
            (re.compile(r"/images/([^/]+)/actions/((?:de|re)activate)"), {"POST": call.run_action}),
            (
                re.compile(r"/images/([^/]+)"),
                {"GET": call.get_image, "PATCH": call.update_image, "DELETE": call.delete_image},
            ),
            (re.compile(r"/images"), {"GET": call.list_images, "POST": call.create_image}),
            (re.compile(r"/schemas/(members?)"), {"GET": call.get_schema}),
        ]

    def respond(self, request: Request) -> Response:
        """Return the response to any request."""
        if request.method == "OPTIONS":
            return Response(200)
        path = _decode_path(request.target)
        version = path.split("/")[1]
        if version not in VERSIONS:
            # The response to any path without a known version is the list of versions; for /versions it is a success.
            return build_json_response(build_version_list(request.base_url), 200 if version == "versions" else 300)
        caller = self._tokens.get_caller(request.headers.get("x-auth-token", ""))
        if caller is None:
            # Glance rejects these before it has given the request an ID.
            uri = f'Keystone uri="{request.base_url}/identity/v3"'
            return _build_error_response(request, ApiError(401, _UNAUTHORIZED, headers=(("WWW-Authenticate", uri),)))
        response = self._dispatch(request, path, caller)
        response.headers.update(_build_request_id_header(request))
        return response

    def _dispatch(self, request: Request, path: str, caller: Caller) -> Response:
        prefix = "/" + path.split("/")[1]
        if path == prefix:
            location = f"{request.base_url}{path}/"
            return Response(302, headers={"Content-Type": "text/plain; charset=utf8", "Location": location})
        try:
            handler, arguments = self._find_handler(request.method, path.removeprefix(prefix))
            return handler(caller, request, *arguments)
        except ApiError as error:
            return _build_error_response(request, error)

    def _find_handler(self, method: str, path: str) -> tuple[Handler, tuple[str, ...]]:
        for pattern, handlers in self._routes:
            if match := pattern.fullmatch(path):
                if method not in handlers:
                    raise _build_method_error(method, handlers)
                return handlers[method], match.groups()
        if method not in _METHODS:
            message = f"\nThe request method {method} is not implemented for this server. "
            raise ApiError(501, message, tail=_SHORT_TAIL)
        raise NotFoundError


def _decode_path(target: str) -> str:
    # As in WSGI, escapes are decoded before the path is split, so an escaped slash is a slash. And each byte becomes
    # a character: Glance finds no member whose ID is not ASCII.
    path = unquote_to_bytes(target.partition("?")[0])
    return re.sub("/+", "/", "/" + path.decode("latin-1"))


def _build_error_response(request: Request, error: ApiError) -> Response:
    accept = "text/html" if request.method == "HEAD" else request.headers.get("accept", "")
    content_type, body = format_error(error, accept)
    return Response(error.status, body, {"Content-Type": content_type, **dict(error.headers)})


def _build_method_error(method: str, handlers: dict[str, Handler]) -> ApiError:
    message = f"The method {method} is not allowed for this resource. "
    return ApiError(405, message, tail=_SHORT_TAIL, headers=(("Allow", ", ".join(handlers)),))


def _build_request_id_header(request: Request) -> dict[str, str]:
    request_id = request.headers.get("x-openstack-request-id") or str(uuid.uuid4())
    if len(request_id) > _MAX_REQUEST_ID:
        # Glance means to reject such an ID, and only loses it.
        return {}
    return {"x-openstack-request-id": request_id if request_id.startswith("req-") else f"req-{request_id}"}
