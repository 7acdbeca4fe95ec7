"""Logging out: the stored credentials of a profile are removed, and their tokens revoked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.auth.host_match import do_hosts_match
from imgshare_cli.auth.keyring_backend import is_keyring_known
from imgshare_cli.auth.store import ENVIRONMENT_CLOUD, build_entry_name, open_store, read_credential
from imgshare_cli.config.known_keys import TOKEN_STORES
from imgshare_cli.errors import AuthError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from imgshare_cli.api.connections import Connections
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.auth.file_store import FileStore
    from imgshare_cli.auth.keyring_store import KeyringStore
    from imgshare_cli.config.config_file import ConfigFile
    from imgshare_cli.config.settings import Settings


class Removal(NamedTuple):
    """What was removed.

    Attributes:
        was_stored: whether anything was stored.
        credential: what it was, if it could be read.
    """

    was_stored: bool
    credential: Credential | None


class StoreGroup(NamedTuple):
    """The stores of one kind for the logins of a profile.

    Attributes:
        stores: one for each login that the profile may have.
        is_configured: whether the settings say that tokens are stored there.
    """

    stores: Sequence[KeyringStore | FileStore]
    is_configured: bool


def list_stores(
    settings: Settings, environ: Mapping[str, str], file: ConfigFile, *, waiting: Callable[[], None]
) -> Iterator[StoreGroup]:
    """List where logins of a profile may have left credentials: those of the settings first, then earlier ones.

    Args:
        settings: the settings of the run.
        environ: tells where files go.
        file: the config file, which may name the cloud of the profile.
        waiting: called when a person must unlock the keyring.
    """
    own_cloud = file.profiles.get(settings.profile, {}).get("cloud")
    clouds = [settings.cloud, ENVIRONMENT_CLOUD if settings.openstack else None, "", own_cloud, ENVIRONMENT_CLOUD]
    names = list(dict.fromkeys(build_entry_name(settings.profile, cloud) for cloud in clouds if cloud is not None))
    for kind in sorted(TOKEN_STORES, key=lambda kind: kind != settings.token_store):
        is_configured = kind == settings.token_store
        # A keyring that was never used is not asked: it might want to be unlocked.
        if is_configured or kind == "file" or is_keyring_known(environ):
            there = replace(settings, token_store=kind)
            unlock = waiting if is_configured else None
            # A token that others can read needs to be revoked most of all.
            stores = [open_store(name, there, environ, waiting=unlock, must_be_private=False) for name in names]
            yield StoreGroup(stores, is_configured)


def remove_credential(store: KeyringStore | FileStore, settings: Settings) -> Removal:
    """Remove a stored credential of a profile, also one that cannot be read.

    Raises:
        AuthError: the keyring cannot be used.
        ConfigError: the file cannot be removed.
    """
    try:
        credential = read_credential(store, settings)
    except (AuthError, ConfigError):
        credential = None
    return Removal(store.delete(), credential)


def find_identity_service(credential: Credential, environ: Mapping[str, str]) -> str | None:
    """Find the identity service that issued a token, if it is known.

    For a pasted token that is OS_AUTH_URL, if its host fits that of the image service: it may be another cloud's. The
    address of another login to the same image service says nothing: any identity service can name any image service.
    """
    if credential.auth_url:
        return credential.auth_url
    named = environ.get("OS_AUTH_URL", "")
    return named if do_hosts_match(named, credential.endpoint or "") else None


def revoke_credential(credential: Credential, auth_url: str, connections: Connections) -> bool:
    """Revoke a token; False if it is none: an access key is deleted in the cloud alone.

    Raises:
        UnavailableError: the identity service did not revoke it.
        ConfigError: its address cannot be used.
    """
    if credential.access_key_id:
        return False
    identity = connections.open_identity_client(replace(credential, auth_url=auth_url))
    if identity is None:
        return False
    identity.revoke_token()
    return True
