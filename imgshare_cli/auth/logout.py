"""Logging out: the stored credential is removed, and its token revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.auth.store import read_credential
from imgshare_cli.errors import AuthError, ConfigError

if TYPE_CHECKING:
    from imgshare_cli.api.connections import Connections
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.auth.file_store import FileStore
    from imgshare_cli.auth.keyring_store import KeyringStore
    from imgshare_cli.config.settings import Settings


class Removal(NamedTuple):
    """What was removed.

    Attributes:
        was_stored: whether anything was stored.
        credential: what it was, if it could be read.
    """

    was_stored: bool
    credential: Credential | None


def remove_credential(store: KeyringStore | FileStore, settings: Settings) -> Removal:
    """Remove the stored credential of a profile, also one that cannot be read.

    Raises:
        AuthError: the keyring cannot be used.
        ConfigError: the file cannot be removed.
    """
    try:
        credential = read_credential(store, settings)
    except (AuthError, ConfigError):
        credential = None
    return Removal(store.delete(), credential)


def revoke_credential(credential: Credential, connections: Connections) -> bool:
    """Revoke a token; False if no identity service issued it.

    Raises:
        UnavailableError: the identity service did not revoke it.
        ConfigError: its address cannot be used.
    """
    identity = connections.open_identity_client(credential)
    if identity is None:
        return False
    identity.revoke_token()
    return True
