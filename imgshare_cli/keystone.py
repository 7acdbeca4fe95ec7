"""Logs in with keystoneauth1, by what clouds.yaml and OS_* say; imported only by a run that must log in."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any, cast

from keystoneauth1 import exceptions as ks
from openstack import exceptions as sdk
from openstack.config import OpenStackConfig

from imgshare_cli import clouds
from imgshare_cli.config import checked_endpoint
from imgshare_cli.errors import AuthError, ConfigError, ImgshareError, Reason, UnavailableError
from imgshare_cli.grants import Grant

if TYPE_CHECKING:
    from openstack.config.cloud_region import CloudRegion

# What these libraries have to say is in their exceptions; on stderr it would be noise.
for _library in ("keystoneauth", "openstack"):
    logging.getLogger(_library).addHandler(logging.NullHandler())

_TYPO_HINT = "clouds.yaml is looked for in $OS_CLIENT_CONFIG_FILE, here, ~/.config/openstack and /etc/openstack"

_LACKING_HINT = "set OS_PASSWORD, or use secure.yaml; `imgshare login --auth-url URL --username NAME` asks for it"


@dataclass(frozen=True)
class Request:
    """With what to log in, and for what.

    Attributes:
        cloud: an entry of clouds.yaml; None for what the environment says.
        auth_type: the name of a keystoneauth plugin, where neither file nor environment is to be asked.
        auth: that plugin's options.
        region: the region whose image service is meant.
        interface: which of its endpoints.
        endpoint: the image service, where the catalog is not to be asked.
        timeout: the time for one request, in seconds.
        cacert: certificate authorities to trust instead of what the cloud's entry says.
        insecure_http: whether plain http to another machine is allowed.
    """

    cloud: str | None = None
    auth_type: str | None = None
    auth: dict[str, str] = field(default_factory=dict, repr=False)
    region: str | None = None
    interface: str | None = None
    endpoint: str | None = None
    timeout: float = 30.0
    cacert: str | None = None
    insecure_http: bool = False


def log_in(request: Request) -> Grant:
    """Ask the identity service for a token in a project, and its catalog for the image service.

    Raises:
        ConfigError: what clouds.yaml or the environment says cannot be used.
        AuthError: the identity service does not take the credentials, or the token is for no project.
        UnavailableError: the identity service does not answer.
    """
    region = _region(request)
    auth = region.config.get("auth", {})
    url = auth.get("auth_url")
    if region.config.get("auth_type") in {"password", "v3password"}:
        if not {"username", "user_id"} & auth.keys():
            raise ConfigError(f"the settings of {_named(request)} lack username", hint=_TYPO_HINT)
        if not auth.get("password"):
            raise ConfigError(f"the settings of {_named(request)} lack password", hint=_LACKING_HINT)
    if url:
        checked_endpoint(url, insecure_http=request.insecure_http)
    try:
        return _granted(region, request)
    except ImgshareError:
        raise
    except ks.Unauthorized as exc:
        raise _refused(exc, url, request) from exc
    except (ks.ConnectionError, ks.DiscoveryFailure, ks.HttpServerError) as exc:
        raise UnavailableError(
            f"the identity service {url} cannot be reached or is out of order ({type(exc).__name__})",
            hint="check auth_url and the network, and try again",
            http_status=getattr(exc, "http_status", None) if isinstance(exc, ks.HttpError) else None,
        ) from exc
    except ks.CatalogException as exc:
        raise _no_endpoint(request, str(exc)) from exc
    except (ks.ClientException, sdk.SDKException) as exc:
        raise ConfigError(f"cannot log in to {url}: {exc}", hint=_TYPO_HINT) from exc


def _region(request: Request) -> CloudRegion:
    own = request.auth_type is not None
    wanted = {
        "region_name": request.region,
        "interface": request.interface,
        "api_timeout": request.timeout,
        "cacert": request.cacert,
        **({"auth_type": request.auth_type, "auth": request.auth} if own else {}),
    }
    if not own:
        clouds.check_syntax(os.environ)
    try:
        config: Any = OpenStackConfig(load_yaml_config=not own, load_envvars=not own)
        if not own:
            clouds.check(config, request.cloud)
            if request.region:
                clouds.choose_region(config, request.cloud, request.region)
        region: CloudRegion = config.get_one(cloud=request.cloud, **{k: v for k, v in wanted.items() if v is not None})
    except ks.MissingRequiredOptions as exc:
        missing = ", ".join(option.dest for option in exc.options)
        raise ConfigError(f"the settings of {_named(request)} lack {missing}", hint=_TYPO_HINT) from exc
    except (ks.ClientException, sdk.SDKException, TypeError, ValueError) as exc:
        raise ConfigError(f"the settings of {_named(request)} cannot be used: {exc}", hint=_TYPO_HINT) from exc
    return region


def _named(request: Request) -> str:
    if request.auth_type is not None:
        return "this login"
    return f"cloud {request.cloud!r}" if request.cloud else "OS_*"


def _granted(region: CloudRegion, request: Request) -> Grant:
    session, auth = region.get_session(), cast("Any", region.get_auth())
    access = auth.get_access(session) if hasattr(auth, "get_access") else None
    if access:
        _must_be_for_a_project(access, request)
    headers: dict[str, str] = auth.get_headers(session) or {}
    endpoint = (
        request.endpoint
        or region.get_endpoint("image")
        or session.get_endpoint(
            service_type="image",
            interface=region.get_interface("image"),
            region_name=region.get_region_name("image"),
            skip_discovery=True,
        )
    )
    if not endpoint:
        raise _no_endpoint(request, "no image service")
    header, secret = next(iter(headers.items()), (None, ""))
    return Grant(
        secret=secret,
        source=f"a login with {_named(request)}" if request.auth_type is None else "a login",
        header=header,
        endpoint=checked_endpoint(endpoint, insecure_http=request.insecure_http),
        auth_url=region.config["auth"].get("auth_url"),
        expires_at=access.expires.astimezone(UTC).isoformat() if access and access.expires else None,
        cacert=_authorities(region),
        cloud=request.cloud,
        user=access.username if access else None,
        project_id=access.project_id if access else None,
        project_name=access.project_name if access else None,
        roles=tuple(access.role_names) if access else (),
    )


def _authorities(region: CloudRegion) -> str | None:
    verify, _ = region.get_requests_verify_args()
    return verify if isinstance(verify, str) else None


def _no_endpoint(request: Request, what: str) -> ConfigError:
    return ConfigError(
        f"the catalog of {_named(request)} does not name the image service: {what}",
        hint="check region and interface, or pass --endpoint URL",
    )


def _must_be_for_a_project(access: Any, request: Request) -> None:
    if access.project_id:
        return
    scope = f"for domain {access.domain_name or access.domain_id!r}" if access.domain_id else "for no project"
    raise AuthError(
        f"the login with {_named(request)} as {access.username} is {scope}, and images are shared with projects",
        hint="name the project: project_name in clouds.yaml, OS_PROJECT_NAME, or --project of a login with a password",
    )


def _refused(exc: ks.Unauthorized, url: str | None, request: Request) -> AuthError:
    return AuthError(
        f"the identity service {url} does not take the credentials of {_named(request)}: {exc.message}",
        hint="check user, password and project; a disabled user is told the same",
        http_status=401,
        request_id=exc.request_id,
        reason=Reason.TOKEN,
    )
