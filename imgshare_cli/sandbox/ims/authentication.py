"""Who sends a request: the holder of a token, or of an access key that has signed it."""

from __future__ import annotations

import hmac
from http import HTTPStatus
from typing import TYPE_CHECKING

from imgshare_cli.sandbox.ims.errors import GatewayError, create_authentication_error
from imgshare_cli.sandbox.ims.signatures import Signature

if TYPE_CHECKING:
    from imgshare_cli.sandbox.http_messages import Request
    from imgshare_cli.sandbox.ims.access_keys import AccessKey, KeyStore
    from imgshare_cli.sandbox.tokens import Caller, TokenStore


class Authenticator:
    """Authenticates requests."""

    def __init__(self, tokens: TokenStore, keys: KeyStore) -> None:
        self._tokens = tokens
        self._keys = keys

    def find_caller(self, request: Request) -> Caller:
        """Find the caller for the project of the request: the token's, or the one in `X-Project-Id`."""
        callers = self.find_callers(request)
        project_id = request.headers.get("x-project-id")
        if not project_id or request.headers.get("x-auth-token"):
            return next(iter(callers.values()))
        if project_id not in callers:
            message = f"The user has no role in the project {project_id}"
            raise GatewayError("APIGW.0302", message, HTTPStatus.FORBIDDEN)
        return callers[project_id]

    def find_callers(self, request: Request) -> dict[str, Caller]:
        """Find who the sender may be, in each project."""
        if token := request.headers.get("x-auth-token"):
            caller = self._tokens.get_caller(token)
            if caller is None and self._tokens.is_revoked(token):
                raise GatewayError("APIGW.0307", "The token must be updated.", HTTPStatus.UNAUTHORIZED)
            if caller is None:
                raise create_authentication_error("decrypt token fail")
            return {caller.project_id: caller}
        if authorization := request.headers.get("authorization"):
            return self._verify_signature(request, Signature.parse(authorization))
        raise create_authentication_error("x-auth-token not found")

    def _verify_signature(self, request: Request, signature: Signature) -> dict[str, Caller]:
        match = self._keys.find(signature.access_key)
        if match is None:
            raise create_authentication_error(f"Get secretKey failed,ak:{signature.access_key},err:ak not exist")
        key, callers = match
        signature.verify(request, key.secret_key)
        _check_security_token(request, key)
        return callers


def _check_security_token(request: Request, key: AccessKey) -> None:
    sent = request.headers.get("x-security-token", "").encode()
    if not hmac.compare_digest(sent, (key.security_token or "").encode()):
        raise create_authentication_error("the security token does not belong to the access key")
