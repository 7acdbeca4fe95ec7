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
    signed = {name: value for name in _SIGNED_IF_PRESENT if (value := request.headers.get(name)) is not None}
    added = {"x-sdk-date": date}
    own = {"x-project-id": credential.project_id, "x-security-token": credential.security_token}
    project_headers = {name: value for name, value in own.items() if value}
    # In the form `Credential=`, these are added to the signed request.
    is_access_form = credential.signature_format != "credential"
    signed |= added | project_headers if is_access_form else added
    target = request.extensions["target"].decode()  # as in the request line
    canonical_request = build_canonical_request(request.method, target, signed, request.content)
    sign = sign_with_access if is_access_form else sign_with_credential
    authorization = sign(
        canonical_request, date, str(credential.access_key_id), credential.secret, join_header_names(signed)
    )
    for name, value in {**added, **project_headers, "Authorization": authorization}.items():
        request.headers[name] = value
