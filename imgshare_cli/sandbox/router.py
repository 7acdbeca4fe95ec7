"""The Images API on the wire: which request is which call, and how its result is written."""

from __future__ import annotations

import json
import re
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_to_bytes

from imgshare_cli.sandbox import image_schema, request_body, schemas
from imgshare_cli.sandbox.error_format import error_page
from imgshare_cli.sandbox.errors import NOT_FOUND, RefusalError
from imgshare_cli.sandbox.http_connection import Answer, Request
from imgshare_cli.sandbox.query import Query, links

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.sandbox.store import State
    from imgshare_cli.sandbox.tokens import Caller, Tokens

_SHORT = "<br /><br />\n"
_UNAUTHORIZED = (
    "This server could not verify that you are authorized to access the document you requested. Either you supplied"
    " the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials"
    " required."
)
_JSON = "application/json"
_HTML = "text/html; charset=UTF-8"
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH")
_MAX_REQUEST_ID = 64


class Wire:
    """Answers requests from the state."""

    def __init__(self, state: State, tokens: Tokens) -> None:
        self._state = state
        self._tokens = tokens
        self._routes: list[tuple[re.Pattern[str], dict[str, Callable[..., Answer]]]] = [
            (
                re.compile(r"/images/([^/]+)/members/([^/]+)"),
                {"GET": self._member, "PUT": self._set_status, "DELETE": self._unshare},
            ),
            (re.compile(r"/images/([^/]+)/members"), {"GET": self._members, "POST": self._share}),
            (
                re.compile(r"/images/([^/]+)"),
                {"GET": self._image, "PATCH": self._change, "DELETE": self._delete},
            ),
            (re.compile(r"/images"), {"GET": self._images, "POST": self._create}),
            (re.compile(r"/schemas/(members?)"), {"GET": self._schema}),
        ]

    def answer(self, request: Request) -> Answer:
        """Answer any request at all."""
        if request.method == "OPTIONS":
            return Answer(200)
        path = _path(request)
        version = path.split("/")[1]
        if version not in schemas.VERSIONS:
            # Any path of no known version is answered with the versions there are; /versions says it plainly.
            return _answer(schemas.versions(_base(request)), 200 if version == "versions" else 300)
        caller = self._tokens.caller(request.headers.get("x-auth-token", ""))
        if caller is None:
            # Glance turns these away before it has given the request an ID.
            uri = f'Keystone uri="{_base(request)}/identity/v3"'
            return _page(request, RefusalError(401, _UNAUTHORIZED, headers=(("WWW-Authenticate", uri),)))
        answer = self._called(request, path, caller)
        answer.headers.update(_request_id(request))
        return answer

    def _called(self, request: Request, path: str, caller: Caller) -> Answer:
        prefix = "/" + path.split("/")[1]
        try:
            if path == prefix:
                return Answer(
                    302, headers={"Content-Type": "text/plain; charset=utf8", "Location": f"{_base(request)}{path}/"}
                )
            call, arguments = self._route(request.method, path.removeprefix(prefix))
            return call(caller, request, *arguments)
        except RefusalError as refusal:
            return _page(request, refusal)

    def _route(self, method: str, path: str) -> tuple[Callable[..., Answer], tuple[str, ...]]:
        for pattern, methods in self._routes:
            if found := pattern.fullmatch(path):
                if method not in methods:
                    raise _not_allowed(method, methods)
                return methods[method], found.groups()
        if method not in _METHODS:
            raise RefusalError(501, f"\nThe request method {method} is not implemented for this server. ", tail=_SHORT)
        raise RefusalError(404, NOT_FOUND)

    def _images(self, caller: Caller, request: Request) -> Answer:
        pairs = _pairs(request)
        query = Query.parse(pairs)
        images = self._state.images(caller, query)
        page = {"images": [image.document() for image in images]}
        return _answer(page | links(pairs, images, query.limit))

    def _create(self, caller: Caller, request: Request) -> Answer:
        image = self._state.create(caller, image_schema.described(request_body.parsed(request), caller.project_id))
        answer = _answer(image.document(), HTTPStatus.CREATED)
        answer.headers["Location"] = f"{_base(request)}/v2/images/{image.id}"
        return answer

    def _image(self, caller: Caller, request: Request, image_id: str) -> Answer:
        request_body.refuse(request)
        return _answer(self._state.image(caller, image_id).document())

    def _change(self, caller: Caller, request: Request, image_id: str) -> Answer:
        return _answer(self._state.change(caller, image_id, request_body.changes(request)).document())

    def _delete(self, caller: Caller, request: Request, image_id: str) -> Answer:
        request_body.refuse(request)
        self._state.delete(caller, image_id)
        return Answer(204, headers={"Content-Type": _HTML})

    def _members(self, caller: Caller, request: Request, image_id: str) -> Answer:
        request_body.refuse(request)
        rows = [member.document() for member in self._state.members(caller, image_id)]
        return _answer({"members": rows, "schema": "/v2/schemas/members"})

    def _schema(self, _caller: Caller, request: Request, name: str) -> Answer:
        request_body.refuse(request)
        return _answer(schemas.SCHEMAS[name])

    def _share(self, caller: Caller, request: Request, image_id: str) -> Answer:
        given = request_body.new_member(request)
        member = self._state.share(caller, image_id, request_body.stored(given))
        # The answer repeats a number as a number, though it is kept as text.
        return _answer(member.document() | {"member_id": given})

    def _member(self, caller: Caller, request: Request, image_id: str, member_id: str) -> Answer:
        request_body.refuse(request)
        return _answer(self._state.member(caller, image_id, member_id).document())

    def _set_status(self, caller: Caller, request: Request, image_id: str, member_id: str) -> Answer:
        return _answer(self._state.set_status(caller, image_id, member_id, request_body.status(request)).document())

    def _unshare(self, caller: Caller, request: Request, image_id: str, member_id: str) -> Answer:
        request_body.refuse(request)
        self._state.unshare(caller, image_id, member_id)
        return Answer(204)


def _path(request: Request) -> str:
    # Escapes are read before the path is split, as WSGI does, so an escaped slash is a slash. And each byte becomes
    # a character: Glance finds no member whose ID is not ASCII.
    raw = unquote_to_bytes(request.target.partition("?")[0])
    return re.sub("/+", "/", "/" + raw.decode("latin-1"))


def _pairs(request: Request) -> list[tuple[str, str]]:
    text = request.target.partition("?")[2].replace(";", "&")
    try:
        # Here bytes are UTF-8, escaped or not.
        return parse_qsl(text.encode("latin-1").decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        raise request_body.undecodable() from None


def _base(request: Request) -> str:
    return f"http://{request.headers.get('host', '127.0.0.1')}"


def _answer(document: dict[str, Any], status: int = 200) -> Answer:
    body = json.dumps(document, ensure_ascii=False).encode()
    return Answer(status, body, {"Content-Type": _JSON})


def _page(request: Request, refusal: RefusalError) -> Answer:
    accept = "text/html" if request.method == "HEAD" else request.headers.get("accept", "")
    content_type, page = error_page(refusal, accept)
    return Answer(refusal.status, page, {"Content-Type": content_type, **dict(refusal.headers)})


def _not_allowed(method: str, methods: dict[str, Callable[..., Answer]]) -> RefusalError:
    sentence = f"The method {method} is not allowed for this resource. "
    return RefusalError(405, sentence, tail=_SHORT, headers=(("Allow", ", ".join(methods)),))


def _request_id(request: Request) -> dict[str, str]:
    sent = request.headers.get("x-openstack-request-id") or str(uuid.uuid4())
    if len(sent) > _MAX_REQUEST_ID:
        # Glance means to refuse this one, and only loses it.
        return {}
    return {"x-openstack-request-id": sent if sent.startswith("req-") else f"req-{sent}"}
