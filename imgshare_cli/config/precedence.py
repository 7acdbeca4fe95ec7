"""The precedence of settings: flags over IMGSHARE_* over OpenStack's variables over the profile in the config file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imgshare_cli.config.known_keys import CHOICES
from imgshare_cli.config.service_url import check_service_url
from imgshare_cli.config.settings import DEFAULT_PROFILE, DEFAULT_TIMEOUT, Settings, Token
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.config.access_key import AccessKey
    from imgshare_cli.config.config_file import ConfigFile
    from imgshare_cli.config.settings import Flags

ENDPOINT_VARIABLES = ("IMGSHARE_ENDPOINT", "OS_IMAGE_ENDPOINT_OVERRIDE")

_ENVIRONMENT = {
    "endpoint": ENDPOINT_VARIABLES,
    "project_id": ("IMGSHARE_PROJECT_ID", "OS_PROJECT_ID"),
    "vault_id": ("IMGSHARE_VAULT_ID",),
    "vault_endpoint": ("IMGSHARE_VAULT_ENDPOINT",),
    "cacert": ("IMGSHARE_CACERT", "OS_CACERT"),
    "timeout": ("IMGSHARE_TIMEOUT",),
    "cloud": ("OS_CLOUD",),
    "token": ("IMGSHARE_TOKEN", "OS_TOKEN"),
}
_KEY = ("IMGSHARE_ACCESS_KEY", "IMGSHARE_SECRET_KEY", "IMGSHARE_SECURITY_TOKEN", "IMGSHARE_PROJECT_ID")
_SDK_KEY = (
    *("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN", "HUAWEICLOUD_SDK_PROJECT_ID"),
)
_REGIONAL_KEYS = ("endpoint", "vault_endpoint", "vault_id", "project_id")
_CREDENTIALS = ("OS_USERNAME", "OS_USER_ID", "OS_APPLICATION_CREDENTIAL_ID", "OS_AUTH_TYPE")


def resolve_settings(
    flags: Flags, environ: Mapping[str, str], file: ConfigFile, *, new_profile: bool = False
) -> Settings:
    """Resolve every setting; the order of the arguments is the precedence.

    Args:
        flags: what the command line says.
        environ: the environment; an empty variable counts as absent.
        file: the config file.
        new_profile: whether a profile that the file does not have may be named.

    Raises:
        ConfigError: a value is unusable, or the named profile does not exist.
    """
    # Of several names the first comes last, and wins.
    env = {key: environ[name] for key, names in _ENVIRONMENT.items() for name in names[::-1] if environ.get(name)}
    profile = resolve_profile_name(flags, environ, file)
    if not new_profile and profile != DEFAULT_PROFILE and profile not in file.profiles:
        raise create_profile_error(profile, file)
    token, key, sdk_key = _read_logins(flags, environ)
    stored = file.profiles.get(profile, {})
    if key or (sdk_key and not stored.get("token")):
        stored = _omit_other_region(stored, environ)
    cloud = flags.cloud or env.get("cloud")
    openstack = bool(environ.get("OS_AUTH_URL")) and any(environ.get(name) for name in _CREDENTIALS)
    # The profile's endpoint is for the profile's own logins; another cloud's token must not travel there.
    foreign = (cloud and cloud != stored.get("cloud")) or (openstack and not cloud)
    own_service = {} if foreign else stored
    own = own_service.get("endpoint")
    named = flags.endpoint or env.get("endpoint")
    endpoint = named or own
    if file.profiles.get(profile, {}).get("endpoint") not in {None, endpoint}:
        # What the profile says its service is says nothing about another one.
        own_service = {name: value for name, value in own_service.items() if name != "service"}
    return Settings(
        profile=profile,
        cloud=cloud or (None if openstack else stored.get("cloud")),
        openstack=openstack,
        region=environ.get("OS_REGION_NAME") or stored.get("region"),
        interface=environ.get("OS_INTERFACE") or stored.get("interface"),
        endpoint=check_service_url(endpoint, insecure_http=flags.insecure_http) if endpoint else None,
        project_id=flags.project_id or env.get("project_id") or stored.get("project_id"),
        vault_id=env.get("vault_id") or stored.get("vault_id"),
        # Nor may the token of another endpoint travel to the profile's own backup service.
        vault_endpoint=env.get("vault_endpoint") or (own_service.get("vault_endpoint") if endpoint == own else None),
        service=own_service.get("service", CHOICES["service"][0]),
        decide_by="jobs" if flags.jobs_api else own_service.get("decide_by", CHOICES["decide_by"][0]),
        signature_format=stored.get("signature_format", CHOICES["signature_format"][0]),
        cacert=_resolve_cacert(flags) or env.get("cacert") or stored.get("cacert"),
        timeout=_resolve_timeout(flags.timeout, env.get("timeout"), stored.get("timeout")),
        retries=flags.retries,
        insecure_http=flags.insecure_http,
        insecure_tls=flags.insecure_tls,
        token_store=stored.get("token_store", "keyring"),
        environment_token=token,
        environment_key=key,
        sdk_key=sdk_key,
        profile_token=Token(stored["token"], f"profile {profile!r} in {file.path}") if stored.get("token") else None,
        profile_endpoint=check_service_url(own, insecure_http=True) if own else None,
        is_endpoint_named=bool(named),
    )


def _read_logins(flags: Flags, environ: Mapping[str, str]) -> tuple[Token | None, AccessKey | None, AccessKey | None]:
    """Read the token and the access key of the environment, of which one is used, and the key for the vendor's SDKs.

    A cloud named on the command line wins over both, as every flag does.
    """
    sdk_key = _read_access_key(environ, *_SDK_KEY) if environ.get(_SDK_KEY[0]) else None
    if flags.cloud:
        return None, None, sdk_key
    token = next((Token(environ[name], name) for name in _ENVIRONMENT["token"] if environ.get(name)), None)
    return token, None if token else _read_access_key(environ, *_KEY), sdk_key


def _read_access_key(
    environ: Mapping[str, str], key: str, secret: str, security_token: str, project_id: str
) -> AccessKey | None:
    """Read the access key of these variables, also one that lacks a part: who uses it says so."""
    if not (environ.get(key) or environ.get(secret)):
        return None
    from imgshare_cli.config.access_key import AccessKey

    return AccessKey(
        environ.get(key, ""),
        environ.get(secret, ""),
        key,
        secret,
        environ.get(security_token) or None,
        environ.get(project_id) or None,
    )


def _omit_other_region(stored: Mapping[str, Any], environ: Mapping[str, str]) -> Mapping[str, Any]:
    """Return a profile without what is of its region, where the environment names another one that is known."""
    name, own, endpoint = environ.get("OS_REGION_NAME"), stored.get("region"), stored.get("endpoint")
    if not name or name == own or not (own or endpoint):
        return stored
    from imgshare_cli.config.regions import find_region, find_region_of_url

    region = find_region(name)
    if region is None or (endpoint and find_region_of_url(check_service_url(endpoint, insecure_http=True)) == region):
        return stored
    return {key: value for key, value in stored.items() if key not in _REGIONAL_KEYS}


def _resolve_cacert(flags: Flags) -> str | None:
    if flags.cacert is not None and not flags.cacert.strip():  # of a variable that is not set
        raise ConfigError("--cacert is empty", hint="pass a PEM file, or omit it")
    return flags.cacert


def resolve_profile_name(flags: Flags, environ: Mapping[str, str], file: ConfigFile) -> str:
    """Resolve the name of the profile.

    Raises:
        ConfigError: the environment holds what is not text, which no setting can be.
    """
    for name, value in environ.items():
        if not value.isascii() and name.startswith(("IMGSHARE_", "OS_")) and name != "IMGSHARE_CONFIG":
            try:
                value.encode()
            except UnicodeEncodeError:
                raise ConfigError(f"{name} is not UTF-8 text", hint="set it again, or unset it") from None
    return flags.profile or environ.get("IMGSHARE_PROFILE") or file.default_profile or DEFAULT_PROFILE


def create_profile_error(profile: str, file: ConfigFile) -> ConfigError:
    """Create the error for a profile that the config file does not have."""
    from imgshare_cli import hints, spelling

    close, known = spelling.find_close(profile, file.profiles, count=1), ", ".join(sorted(file.profiles)) or "none"
    return ConfigError(
        f"profile {profile!r} does not exist in {file.path}",
        hint=f"existing profiles: {known}; {hints.build_command('login', '--profile', 'NAME')} creates one",
        correction={"--profile": close[0]} if close else None,
    )


def _resolve_timeout(flag: float | None, variable: str | None, stored: float | str | None) -> float:
    if flag is not None:
        return flag
    if variable is None and stored is None:
        return DEFAULT_TIMEOUT
    from imgshare_cli.config.durations import parse_timeout

    if variable is not None:
        return parse_timeout(variable, "IMGSHARE_TIMEOUT", ConfigError)
    return parse_timeout(stored or "", "timeout", ConfigError)  # the check of the file has found it valid
