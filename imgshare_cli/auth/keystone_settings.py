"""The settings of a login by clouds.yaml, OS_* and flags, read by openstacksdk and checked by us."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from keystoneauth1 import exceptions as ks
from openstack import exceptions as sdk
from openstack.config import OpenStackConfig

from imgshare_cli import hints
from imgshare_cli.auth.cloud_names import list_clouds
from imgshare_cli.auth.clouds_files import CloudFiles, choose_cloud_files
from imgshare_cli.auth.clouds_yaml import check_cloud_keys, check_cloud_name, override_region
from imgshare_cli.config.service_url import AUTH_URL, Setting
from imgshare_cli.errors import MALFORMED, ConfigError, ImgshareError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from openstack.config.cloud_region import CloudRegion

    from imgshare_cli.config.settings import Settings

MAX_QUOTED = 300
# What a login sends that others must not read, by the option that holds it.
_SECRETS = {"password": "the password", "application_credential_secret": "the secret", "passcode": "the passcode"}
_BOOLEANS = {"true", "false", "yes", "no", "on", "off", "1", "0"}


@dataclass(frozen=True)
class LoginRequest:
    """How to log in, and to what; the texts of messages about it depend on where its settings come from.

    Attributes:
        settings: the settings of the run: timeout, region, interface, endpoint, authorities.
        cloud: an entry of clouds.yaml; None for what the environment says.
        auth_type: the name of a keystoneauth plugin; with it, neither file nor environment is read.
        auth: that plugin's options.
        note: called with what a person should know about the login.
        hide_secret: called with each secret of the settings, which the identity service may repeat.
    """

    settings: Settings
    cloud: str | None = None
    auth_type: str | None = None
    auth: dict[str, str] = field(default_factory=dict, repr=False)
    note: Callable[[str], None] = lambda _text: None
    hide_secret: Callable[[str], None] = lambda _secret: None

    @property
    def display_name(self) -> str:
        """Its name in a message."""
        if self.auth_type is not None:
            username = self.auth.get("username")
            return f"user {username!r}" if username else "the application credential"
        return f"cloud {self.cloud!r}" if self.cloud else "OS_*"

    @property
    def settings_hint(self) -> str:
        """The hint about a setting that is missing or wrong."""
        if "username" in self.auth:
            return "check --auth-url, --username, --user-domain, --project and --project-domain"
        if self.auth_type is not None:
            return "check --auth-url and --application-credential-id"
        return f"check {self.file_name}" if self.cloud else "check the variables OS_*, which an openrc file sets"

    @property
    def file_name(self) -> str:
        """The path of the file that has the cloud."""
        return list_clouds(os.environ).path or "clouds.yaml"

    def build_missing_hint(self, option: str) -> str:
        """Build the hint about an option of the login that is not set."""
        if self.auth_type is None and self.cloud is None:
            return f"set OS_{option.upper()}, which an openrc file sets"
        return f"add it to auth in {self.file_name}, or in secure.yaml" if self.cloud else self.settings_hint

    def build_auth_url_setting(self, auth: Mapping[str, Any]) -> Setting:
        """Build the setting that holds the identity service's URL, for messages.

        Args:
            auth: the options of the login, which say what it sends.
        """
        in_file = f"{AUTH_URL.name} of cloud {self.cloud!r} ({self.file_name})"
        name = "--auth-url" if self.auth_type is not None else in_file if self.cloud else "OS_AUTH_URL"
        sent = next((text for option, text in _SECRETS.items() if auth.get(option)), AUTH_URL.sent)
        return AUTH_URL._replace(name=name, sent=sent)


def load_cloud_region(request: LoginRequest) -> CloudRegion:
    """Load the settings of a login with openstacksdk.

    Raises:
        ConfigError: they cannot be used.
    """
    own = request.auth_type is not None
    config: Any = None
    files = CloudFiles() if own else choose_cloud_files(os.environ, request.cloud, request.note)
    try:
        config = OpenStackConfig(
            load_yaml_config=not own,
            load_envvars=not own,
            config_files=list(files.clouds),
            secure_files=list(files.secure),
            vendor_files=list(files.vendor),
        )
        if not own:
            check_cloud_name(config, request.cloud, files)
            check_cloud_keys(config, request.cloud)
            if request.settings.region:
                override_region(config, request.cloud, request.settings.region)
        region: CloudRegion = config.get_one(cloud=request.cloud, **_build_overrides(request))
    except ImgshareError:
        raise
    except ks.MissingRequiredOptions as exc:
        missing = ", ".join(option.dest for option in exc.options)
        raise ConfigError(
            f"the settings of {request.display_name} do not contain {missing}", hint=request.build_missing_hint(missing)
        ) from exc
    except (ks.ClientException, sdk.SDKException) as exc:
        message = str(exc)[:MAX_QUOTED]
        raise ConfigError(
            f"the settings of {request.display_name} cannot be used: {message}", hint=request.settings_hint
        ) from exc
    except MALFORMED as exc:  # its words may hold a value, and a value may be a password
        raise ConfigError(
            f"the settings of {request.display_name} cannot be used: a value has the wrong type, or auth has an "
            "unknown key",
            hint=request.settings_hint,
        ) from exc
    _check_no_browser(str(region.config.get("auth_type")), files.are_here, request)
    _check_complete(region, request)
    _check_verification(region, request)
    return region


def _build_overrides(request: LoginRequest) -> dict[str, Any]:
    """Build what takes precedence over clouds.yaml and OS_*: the flags, and a login method of our own."""
    settings = request.settings
    texts = {"region_name": settings.region, "interface": settings.interface, "cacert": settings.cacert}
    return {
        # openstacksdk would take braces for places to fill in, with passwords among what may fill them.
        **{name: re.sub("([{}])", r"\1\1", text) for name, text in texts.items() if text},
        "api_timeout": settings.timeout,
        **({"auth_type": request.auth_type, "auth": request.auth} if request.auth_type is not None else {}),
    }


def _check_no_browser(kind: str, are_here: bool, request: LoginRequest) -> None:  # noqa: FBT001
    # The first prints a code that the user would not see here; the second opens a browser at an address from the entry.
    if kind == "v3oidcdeviceauthz" or (kind == "v3websso" and are_here):
        raise ConfigError(
            f"the settings of {request.display_name} need a login in a browser ({kind}), which is not possible here",
            hint="log in with a password or an application credential",
        )


def _check_complete(region: CloudRegion, request: LoginRequest) -> None:
    auth = region.config.get("auth", {})
    if region.config.get("auth_type") not in {"password", "v3password"}:
        return
    start = f"the settings of {request.display_name} do not contain"
    if not {"username", "user_id"} & auth.keys():
        raise ConfigError(f"{start} username", hint=request.build_missing_hint("username"))
    if not auth.get("password"):
        hint = f"{request.build_missing_hint('password')}; {_build_login_command(auth)} asks for it"
        raise ConfigError(f"{start} password", hint=hint)


def _build_login_command(auth: Mapping[str, Any]) -> str:
    """Build the command that asks for the password of the same user, for the same project."""
    domain, project_domain = auth.get("user_domain_name") or "Default", auth.get("project_domain_name")
    options = {
        "--auth-url": auth.get("auth_url"),
        "--username": auth.get("username"),
        "--user-domain": None if domain == "Default" else domain,
        "--project": auth.get("project_id") or auth.get("project_name"),
        "--project-domain": None if project_domain == domain else project_domain,
    }
    return hints.build_command("login", *hints.build_options(options))


def _check_verification(region: CloudRegion, request: LoginRequest) -> None:
    verify, _ = region.get_requests_verify_args()
    if request.cloud and isinstance(verify, str) and verify.lower() in _BOOLEANS:
        raise ConfigError(
            f"verify of {request.display_name} is the text {verify.lower()!r}, which would be a file's name",
            hint=f"write it without quotes in {request.file_name}",
        )
    if not verify and not request.settings.insecure_tls:
        raise ConfigError(
            f"the settings of {request.display_name} turn off certificate verification",
            hint="set cacert in clouds.yaml to the CA file instead of verify or insecure; --insecure-tls turns "
            "verification off for one run",
        )
