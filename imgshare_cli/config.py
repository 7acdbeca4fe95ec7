"""The settings: flags over IMGSHARE_* over OpenStack's own environment over the profile in the config file."""

from __future__ import annotations

import ipaddress
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from imgshare_cli.configfile import MAX_TIMEOUT
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.configfile import File

DEFAULT_PROFILE = "default"
DEFAULT_TIMEOUT = 30.0
_MAX_URL = 2000

_ENVIRONMENT = {
    "endpoint": ("IMGSHARE_ENDPOINT", "OS_IMAGE_ENDPOINT_OVERRIDE"),
    "project_id": ("IMGSHARE_PROJECT_ID", "OS_PROJECT_ID"),
    "vault_id": ("IMGSHARE_VAULT_ID",),
    "cacert": ("IMGSHARE_CACERT", "OS_CACERT"),
    "timeout": ("IMGSHARE_TIMEOUT",),
    "cloud": ("OS_CLOUD",),
    "token": ("IMGSHARE_TOKEN", "OS_TOKEN"),
}


_CREDENTIALS = ("OS_USERNAME", "OS_USER_ID", "OS_APPLICATION_CREDENTIAL_ID", "OS_AUTH_TYPE")


@dataclass(frozen=True)
class Token:
    """What the service knows us by, and where we have it from; the value never shows."""

    value: str = field(repr=False)
    source: str


@dataclass(frozen=True)
class Flags:
    """The options that name the world, as given on the command line."""

    profile: str | None = None
    cloud: str | None = None
    endpoint: str | None = None
    project_id: str | None = None
    cacert: str | None = None
    timeout: float | None = None
    insecure_http: bool = False
    debug: bool = False


@dataclass(frozen=True)
class Settings:
    """What a run goes by.

    Attributes:
        profile: the name under which the config file and the keyring keep things.
        cloud: the entry of clouds.yaml to log in with.
        openstack: whether OS_AUTH_URL and its like tell how to log in.
        region: the region whose image service is meant, where the cloud has several.
        interface: which of its endpoints: `public`, `internal` or `admin`.
        endpoint: the image service's address without `/v2`; without one, the cloud's catalog names it.
        project_id: the default MEMBER.
        vault_id: the backup vault to send with `accept`.
        cacert: a file or folder of certificate authorities to trust instead of the system's.
        timeout: the time for one whole request and its retries, in seconds.
        insecure_http: whether plain http to another machine is allowed.
        token_store: where tokens are kept: `keyring` or `file`.
        environment_token: the token, if the environment holds one; it wins over the keyring.
        profile_token: the token in the config file; the keyring wins over it.
        profile_endpoint: the endpoint in the config file, which that token is for.
    """

    profile: str
    cloud: str | None = None
    openstack: bool = False
    region: str | None = None
    interface: str | None = None
    endpoint: str | None = None
    project_id: str | None = None
    vault_id: str | None = None
    cacert: str | None = None
    timeout: float = DEFAULT_TIMEOUT
    insecure_http: bool = False
    token_store: str = "keyring"  # noqa: S105  (the name of a kind of store)
    environment_token: Token | None = None
    profile_token: Token | None = None
    profile_endpoint: str | None = None


def resolve(flags: Flags, environ: Mapping[str, str], file: File, *, new_profile: bool = False) -> Settings:
    """Decide every setting; the order of the arguments is the precedence.

    Args:
        flags: what the command line says.
        environ: the environment; an empty variable counts as absent.
        file: the config file.
        new_profile: whether a profile that the file does not have may be named.

    Raises:
        ConfigError: a value is unusable, or the named profile does not exist.
    """
    env = _from_environment(environ)
    profile = profile_name(flags, environ, file)
    if not new_profile and profile != DEFAULT_PROFILE and profile not in file.profiles:
        raise ConfigError(f"there is no profile {profile!r} in {file.path}", hint=_profiles_hint(file))
    stored = file.profiles.get(profile, {})
    cloud = flags.cloud or env.get("cloud")
    openstack = bool(environ.get("OS_AUTH_URL")) and any(environ.get(name) for name in _CREDENTIALS)
    # The profile's endpoint is for the profile's own logins; another cloud's token must not travel there.
    foreign = (cloud and cloud != stored.get("cloud")) or (openstack and not cloud)
    own = None if foreign else stored.get("endpoint")
    endpoint = flags.endpoint or env.get("endpoint") or own
    return Settings(
        profile=profile,
        cloud=cloud or (None if openstack else stored.get("cloud")),
        openstack=openstack,
        region=environ.get("OS_REGION_NAME") or stored.get("region"),
        interface=environ.get("OS_INTERFACE") or stored.get("interface"),
        endpoint=checked_endpoint(endpoint, insecure_http=flags.insecure_http) if endpoint else None,
        project_id=flags.project_id or env.get("project_id") or stored.get("project_id"),
        vault_id=env.get("vault_id") or stored.get("vault_id"),
        cacert=flags.cacert or env.get("cacert") or stored.get("cacert"),
        timeout=_timeout(flags.timeout, env.get("timeout"), stored.get("timeout"), DEFAULT_TIMEOUT),
        insecure_http=flags.insecure_http,
        token_store=stored.get("token_store", "keyring"),
        # A cloud named on the command line wins over a token in the environment, as every flag does.
        environment_token=None if flags.cloud else _environment_token(environ),
        profile_token=Token(stored["token"], f"profile {profile!r} in {file.path}") if stored.get("token") else None,
        profile_endpoint=checked_endpoint(own, insecure_http=True) if own else None,
    )


def profile_name(flags: Flags, environ: Mapping[str, str], file: File) -> str:
    """Which profile this run is about."""
    return flags.profile or environ.get("IMGSHARE_PROFILE") or file.default_profile or DEFAULT_PROFILE


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    found = {
        key: next((environ[name] for name in names if environ.get(name)), None) for key, names in _ENVIRONMENT.items()
    }
    return {key: value for key, value in found.items() if value is not None}


def _environment_token(environ: Mapping[str, str]) -> Token | None:
    return next((Token(environ[name], name) for name in _ENVIRONMENT["token"] if environ.get(name)), None)


def _profiles_hint(file: File) -> str:
    from imgshare_cli import hints

    known = ", ".join(sorted(file.profiles)) or "none yet"
    return f"profiles there: {known}; {hints.command('login', '--profile', 'NAME')} makes one"


def _timeout(*layers: float | str | None) -> float:
    value = next(layer for layer in layers if layer is not None)
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= MAX_TIMEOUT:
        raise ConfigError(f"the timeout {value!s:.40} is not a number of seconds above 0", hint="30 is the default")
    return seconds


def checked_endpoint(text: str, *, insecure_http: bool) -> str:
    """The image service's address in one form: no trailing slash, no `/v2`.

    Raises:
        ConfigError: not an http(s) URL, or plain http to a host that is not this machine.
    """
    url = text.strip().rstrip("/").removesuffix("/v2").rstrip("/")
    hint = "give the address of the image service, such as https://ims.eu-de.otc.t-systems.com"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and _is_host(parts.netloc, parts.hostname or "") and parts.port != 0
    except ValueError:
        usable = False
    if "@" in url or "?" in url or "#" in url:  # not quoted: a user comes with a password
        raise ConfigError("the endpoint holds more than an address (a user, a query or a fragment)", hint=hint)
    if not usable or not url.isascii() or not url.isprintable() or " " in url or len(url) > _MAX_URL:
        raise ConfigError(f"the endpoint {text[:200]!r} is not an http or https URL", hint=hint)
    if parts.scheme == "http" and not is_loopback(parts.hostname or "") and not insecure_http:
        raise ConfigError(
            f"the endpoint {url} is plain http: anyone on the way could read the token",
            hint="use https, or pass --insecure-http if you trust every machine in between",
        )
    return url


def _is_host(place: str, name: str) -> bool:
    if place.startswith("["):
        return ipaddress.IPv6Address(name.partition("%")[0]).version > 0  # or ValueError
    labels = name.removesuffix(".").split(".")
    return all(re.fullmatch(r"(?!xn--$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", label) for label in labels)


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine, without asking a name server."""
    return host in {"localhost", "::1"} or (host.startswith("127.") and host.replace(".", "").isdigit())
