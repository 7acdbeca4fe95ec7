"""The settings of a run, and the options that they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imgshare_cli.config.access_key import AccessKey

DEFAULT_PROFILE = "default"
DEFAULT_TIMEOUT = 30.0
DEFAULT_RETRIES = 5


@dataclass(frozen=True)
class Token:
    """A token and its source; the value is never shown."""

    value: str = field(repr=False)
    source: str


@dataclass(frozen=True, eq=False)
class Flags:
    """The common options, as given on the command line."""

    profile: str | None = None
    cloud: str | None = None
    endpoint: str | None = None
    project_id: str | None = None
    cacert: str | None = None
    timeout: float | None = None
    retries: int = DEFAULT_RETRIES
    insecure_http: bool = False
    insecure_tls: bool = False
    no_input: bool = False
    debug: bool = False
    jobs_api: bool = False


# Nobody compares settings, and to make the methods for that takes a part of a millisecond of each run.
@dataclass(frozen=True, eq=False)
class Settings:
    """The settings of a run.

    Attributes:
        profile: the name under which the config file and the keyring keep things.
        cloud: the entry of clouds.yaml to log in with.
        openstack: whether OS_AUTH_URL and its like tell how to log in.
        region: the region whose image service is meant, where the cloud has several.
        interface: which of its endpoints: `public`, `internal` or `admin`.
        endpoint: the image service's address without `/v2`; without one, the cloud's catalog names it.
        project_id: the default MEMBER.
        vault_id: the backup vault to send with `accept` where the service asks for one.
        vault_endpoint: the address of the backup service (CBR).
        service: what the image service is: `ims`, `glance`, or `auto` to find out.
        decide_by: how decisions are sent: `members` for the API's own call, `jobs` for IMS's batch API.
        signature_format: how a signature with an access key is written: `access` or `credential`.
        cacert: a file or folder of certificate authorities to trust instead of the system's.
        timeout: the time for one whole request and its retries, in seconds.
        retries: how many times a request may be sent again.
        insecure_http: whether plain http to another machine is allowed.
        insecure_tls: whether certificates are not verified.
        token_store: where tokens are kept: `keyring` or `file`.
        environment_token: the token, if the environment holds one; it wins over the keyring.
        environment_key: the access key that the environment names for imgshare; it wins over all but that token.
        sdk_key: the access key that the environment names for the vendor's SDKs; everything else wins over it.
        profile_token: the token in the config file; the keyring wins over it.
        profile_endpoint: the endpoint in the config file, which that token is for.
        is_endpoint_named: whether a flag or the environment names the endpoint, and not the profile.
    """

    profile: str
    cloud: str | None = None
    openstack: bool = False
    region: str | None = None
    interface: str | None = None
    endpoint: str | None = None
    project_id: str | None = None
    vault_id: str | None = None
    vault_endpoint: str | None = None
    service: str = "auto"
    decide_by: str = "members"
    signature_format: str = "access"
    cacert: str | None = None
    timeout: float = DEFAULT_TIMEOUT
    retries: int = DEFAULT_RETRIES
    insecure_http: bool = False
    insecure_tls: bool = False
    token_store: str = "keyring"  # noqa: S105  (the name of a kind of store)
    environment_token: Token | None = None
    environment_key: AccessKey | None = None
    sdk_key: AccessKey | None = None
    profile_token: Token | None = None
    profile_endpoint: str | None = None
    is_endpoint_named: bool = False

    @property
    def is_profile_service(self) -> bool:
        """Whether the image service is the profile's own, so that the addresses in the profile belong to it."""
        return self.endpoint == self.profile_endpoint

    @property
    def environment_login(self) -> Token | AccessKey | None:
        """What the environment logs in with, whatever is stored and whichever cloud is named."""
        return self.environment_token or self.environment_key


def build_profile_option(profile: str) -> dict[str, str | None]:
    """Return the option that names a profile; the default profile needs none."""
    return {} if profile == DEFAULT_PROFILE else {"--profile": profile}
