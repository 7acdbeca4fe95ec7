"""Logs in with keystoneauth1, by what clouds.yaml and OS_* say; imported only by a run that must log in."""

from __future__ import annotations

import logging
import warnings
from dataclasses import replace
from datetime import UTC
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from keystoneauth1 import exceptions as ks
from openstack import exceptions as sdk
from openstack.config import vendors

from imgshare_cli.api.credential import Credential, is_token
from imgshare_cli.auth.keystone_catalog import find_endpoint, find_vault_endpoint
from imgshare_cli.auth.keystone_errors import create_refused_error, create_rejected_error, create_unavailable_error
from imgshare_cli.auth.keystone_session import BoundedSession, create_http_session
from imgshare_cli.auth.keystone_settings import MAX_QUOTED, LoginRequest, load_cloud_region
from imgshare_cli.auth.login_method import ProjectMissingError
from imgshare_cli.auth.malformed import MALFORMED
from imgshare_cli.config.service_url import check_service_url
from imgshare_cli.errors import AuthError, ConfigError, ImgshareError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openstack.config.cloud_region import CloudRegion

    from imgshare_cli.config.service_url import Setting

# The ends of the names of keystoneauth's options that hold secrets; `code` is that of OIDC.
_SECRET_ENDINGS = ("password", "secret", "token", "passcode", "code")
# Everything these libraries report is in their exceptions; on stderr it would be noise.
for _library in ("keystoneauth", "openstack"):
    logging.getLogger(_library).addHandler(logging.NullHandler())
warnings.filterwarnings("ignore", module="openstack")


def log_in(request: LoginRequest) -> Credential:
    """Ask the identity service for a token in a project, and its catalog for the image service.

    Raises:
        ConfigError: what clouds.yaml or the environment says cannot be used.
        AuthError: the identity service rejects the credentials, or the token is for no project.
        UnavailableError: the identity service does not answer, or not as Keystone does.
    """
    region = load_region(request)
    auth = region.config.get("auth", {})
    _hide_secrets(auth, request)
    setting = request.build_auth_url_setting(auth)
    url = auth.get("auth_url")
    if url:
        url = check_service_url(str(url), insecure_http=request.settings.insecure_http, setting=setting)
    try:
        return replace(_request_credential(region, request, setting), auth_url=url)
    except ImgshareError:
        raise
    except ks.Unauthorized as exc:
        raise create_rejected_error(exc, url, request) from exc
    except (ks.ConnectionError, ks.DiscoveryFailure, ks.HttpServerError) as exc:
        raise create_unavailable_error(exc, url, setting) from exc
    except ks.CatalogException as exc:
        raise _create_endpoint_error(request, str(exc)[:MAX_QUOTED].rstrip(".")) from exc
    except (ks.InvalidResponse, *MALFORMED) as exc:
        # keystoneauth does not check the responses, and raises such errors where the server is not Keystone.
        raise UnavailableError(
            f"the server at {url} is not Keystone: its response cannot be read", hint=f"check {setting.name}"
        ) from exc
    except (ks.ClientException, sdk.SDKException) as exc:
        raise create_refused_error(exc, url, request, setting) from exc


def load_region(request: LoginRequest) -> CloudRegion:
    """Load the settings of a login; a vendor's profile may be fetched for them.

    Raises:
        ConfigError: they cannot be used.
        UnavailableError: that profile cannot be fetched.
    """
    _bound_vendor_profiles(request)
    return load_cloud_region(request)


def _hide_secrets(auth: Mapping[str, Any], request: LoginRequest) -> None:
    for option, value in auth.items():
        if option.endswith(_SECRET_ENDINGS) and isinstance(value, str | int):
            request.hide_secret(str(value))


def _request_credential(region: CloudRegion, request: LoginRequest, setting: Setting) -> Credential:
    constructor = partial(BoundedSession, _list_hosts(region), request.settings, setting)
    region.set_session_constructor(cast("Any", constructor))
    session = cast("BoundedSession", region.get_session())
    try:
        return _build_credential(session, region, request)
    finally:
        session.disconnect()


def _list_hosts(region: CloudRegion) -> set[str]:
    """List the hosts that the settings name: keystoneauth calls such options `auth_url` and `discovery_endpoint`."""
    auth = region.config["auth"]
    return {urlsplit(auth[key]).hostname or "" for key in auth if key.endswith(("url", "endpoint"))}


def _bound_vendor_profiles(request: LoginRequest) -> None:
    # A cloud's `profile` may be an address, or a vendor that has one. openstacksdk would fetch it with requests, past
    # our rules, with redirects and without a bound.
    session = create_http_session(set(), request.settings)
    ours = SimpleNamespace(get=lambda url, **_: session.get(url, allow_redirects=False))
    vars(vendors)["requests"] = ours  # the name that the module calls


def _build_credential(session: BoundedSession, region: CloudRegion, request: LoginRequest) -> Credential:
    settings = request.settings
    auth = cast("Any", region.get_auth())
    try:
        access = auth.get_access(session) if hasattr(auth, "get_access") else None
        headers: dict[str, str] = auth.get_headers(session) or {}
    except ks.CatalogException as exc:  # keystoneauth looks up in the catalog what is no URL
        raise ConfigError(
            f"the login with {request.display_name} leads to an address that is empty or not a URL",
            hint=f"{request.settings_hint}, and the discovery document of its identity provider",
        ) from exc
    if access:
        _check_scope(access, request)
    endpoint = settings.endpoint or region.get_endpoint("image") or find_endpoint(session, region, "image")
    if not endpoint:
        raise _create_endpoint_error(request, "no image service")
    header, secret = next(iter(headers.items()), (None, ""))
    return Credential(
        secret=_check_token(secret) if header == "X-Auth-Token" else secret,
        source=f"a login with {request.display_name}" if request.auth_type is None else "a login",
        header=header,
        endpoint=check_service_url(endpoint, insecure_http=settings.insecure_http),
        vault_endpoint=find_vault_endpoint(session, region) if access else None,
        expires_at=access.expires.astimezone(UTC).isoformat() if access and access.expires else None,
        cacert=_find_authorities(region),
        cloud=request.cloud,
        user=_check_text(access.username) if access else None,
        project_id=_check_text(access.project_id) if access else None,
        project_name=_check_text(access.project_name) if access else None,
        roles=tuple(map(str, filter(_check_text, access.role_names))) if access else (),
    )


def _check_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError("a text was expected")


def _check_token(token: str) -> str:
    if not is_token(token):
        raise ValueError("no token has such characters")
    return token


def _find_authorities(region: CloudRegion) -> str | None:
    verify, _ = region.get_requests_verify_args()
    return str(Path(verify).absolute()) if isinstance(verify, str) else None


def _create_endpoint_error(request: LoginRequest, what: str) -> ConfigError:
    return ConfigError(
        f"the catalog of {request.display_name} has no endpoint for the image service: {what}",
        hint="check region and interface, or pass --endpoint URL",
    )


def _check_scope(access: Any, request: LoginRequest) -> None:
    if access.project_id:
        return
    scope = f"for domain {access.domain_name or access.domain_id!r}" if access.domain_id else "not for a project"
    own = request.auth_type is not None
    login = f"the login of {access.username}" + ("" if own else f" with {request.display_name}")
    places = "--project NAME" if own else "project_name in clouds.yaml, or OS_PROJECT_NAME"
    failure = f"{login} is {scope}, but images are shared with projects"
    raise (ProjectMissingError if own else AuthError)(failure, hint=f"set the project: {places}")
