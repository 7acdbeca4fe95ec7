"""Authentication with an access key: each request is signed when it is sent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from imgshare_cli.api.authentication import CredentialAuth
from imgshare_cli.api.signing import (
    DATE_FORMAT,
    build_canonical_request,
    join_header_names,
    sign_with_access,
    sign_with_credential,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    import httpx

    from imgshare_cli.api.credential import Credential

_SIGNED_IF_PRESENT = ("host", "content-type")


class AccessKeyAuth(CredentialAuth):
    """Signs each request with the access key of a credential, for the credential's project.

    A rejected key is not replaced: only a person can get another. A request that is sent again is signed again, since
    a signature is valid for a few minutes.
    """

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request."""
        sign_request(request, self.credential)
        yield request


def sign_request(request: httpx.Request, credential: Credential) -> None:
    """Add the headers that authenticate a request with an access key.

    Few headers are signed, and none that a proxy may change.
    """
    date = time.strftime(DATE_FORMAT, time.gmtime())
    signed = {name: request.headers[name] for name in _SIGNED_IF_PRESENT if name in request.headers}
    signed["x-sdk-date"] = date
    # In the form `Credential=`, the project and the security token are added to the signed request.
    unsigned: dict[str, str] = {}
    is_access_form = credential.signature_format != "credential"
    own = signed if is_access_form else unsigned
    if credential.project_id:
        own["x-project-id"] = credential.project_id
    if credential.security_token:
        own["x-security-token"] = credential.security_token
    target = request.extensions["target"].decode()  # as in the request line
    canonical_request = build_canonical_request(request.method, target, signed, request.content)
    sign = sign_with_access if is_access_form else sign_with_credential
    authorization = sign(
        canonical_request, date, str(credential.access_key_id), credential.secret, join_header_names(signed)
    )
    request.headers.update({**signed, **unsigned, "Authorization": authorization})
