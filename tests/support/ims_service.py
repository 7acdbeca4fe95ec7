"""Responses of an Image Management Service (IMS), and of the gateway in front of it."""

from __future__ import annotations

import json

REQUEST_ID = "0c0ffee0000040008000000000000000"


def build_ims_response(status: int, body: object, **headers: str) -> bytes:
    """One whole HTTP answer, with the headers of a Huawei-style cloud."""
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return _build_response(status, content, {"X-Request-Id": REQUEST_ID, **headers})


def build_ims_error(status: int, code: str, message: str, **headers: str) -> bytes:
    """An error in the words of IMS."""
    return build_ims_response(status, {"error": {"message": message, "code": code}}, **headers)


def build_gateway_error(status: int, code: str, message: str, request_id: object) -> bytes:
    """An error of the gateway, which gives its request no header."""
    body = {"error_msg": message, "error_code": code, "request_id": request_id}
    return _build_response(status, json.dumps(body).encode(), {})


def _build_response(status: int, content: bytes, headers: dict[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} Whatever",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        *[f"{name.replace('_', '-')}: {value}" for name, value in headers.items()],
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content
