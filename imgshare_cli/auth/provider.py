"""The credential of a run: from the environment, stored by an earlier run, or from a login."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from imgshare_cli.api.credential import Credential
from imgshare_cli.auth.store import check_token, open_token_store, read_credential
from imgshare_cli.errors import AuthError, ConfigError, NotLoggedInError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.auth.file_store import FileStore
    from imgshare_cli.auth.keyring_store import KeyringStore
    from imgshare_cli.auth.renewals import Renewals
    from imgshare_cli.config.access_key import AccessKey
    from imgshare_cli.config.settings import Settings


class CredentialProvider:
    """Provides the credential of a run, and a new one when it is rejected; many workers may share it.

    Args:
        settings: the settings of the run.
        environ: its environment.
        debug: called with what is going on.
        note: called with what a person should know.
        hide_secret: called with each secret, so that no message shows it.

    Attributes:
        keeps_tokens: whether tokens are stored for later runs, and those of earlier runs are used.
    """

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        *,
        debug: Callable[[str], None],
        note: Callable[[str], None],
        hide_secret: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._debug = debug
        self._note = note
        self._hide_secret = hide_secret
        self.keeps_tokens = True
        self._lock = threading.Lock()
        self._credential: Credential | None = None
        self._renewals: Renewals | None = None
        self._accepted: str | None = None
        self._token_store: KeyringStore | FileStore | None = None

    @property
    def credential(self) -> Credential:
        """The credential; with a token in the environment the keyring is not even imported.

        Raises:
            AuthError: there is none, or the keyring that may have it cannot be read.
            ConfigError: the settings cannot be used.
            UnavailableError: the identity service does not answer.
        """
        with self._lock:
            if self._credential is None:
                self._credential = self._find_credential()
                for secret in self._credential.secrets:
                    self._hide_secret(secret)
                self._debug(self._credential.description)
            return self._credential

    def refresh(self, rejected: str) -> Credential | None:
        """Get a credential to replace a rejected one; None if only a person can get one.

        The first worker logs in; the others, whose requests were rejected with the same token, get the same result.
        """
        count = self._renewals.count if self._renewals else 0
        with self._lock:
            if self._credential is None or self._credential.secret != rejected:
                return self._credential
            if self._renewals is None:
                from imgshare_cli.auth.renewals import Renewals

                self._renewals = Renewals(self._request_new, self._settings.timeout, self._debug)
            new = self._renewals.renew(self._credential, count, was_accepted=self._accepted == rejected)
            self._credential = new or self._credential
            return new

    def confirm(self, secret: str) -> None:
        """Note that the service accepted a credential, which is then renewed when it is rejected later."""
        self._accepted = secret

    def _request_new(self, rejected: Credential, seconds: float) -> Credential | None:
        settings = replace(self._settings, timeout=seconds)
        if rejected.refresh_credentials:
            return self._renew(rejected, settings)
        if self._can_log_in() and not settings.environment_login:
            return self._log_in_with_cloud(settings)
        return None

    def log_in(self) -> Credential:
        """Log in to the cloud, whatever an earlier run stored; the caller stores the credential."""
        self._credential = self._log_in_with_cloud(self._settings)
        return self._credential

    def _find_credential(self) -> Credential:
        """Find the first usable credential: environment, stored, cloud login, config file, vendor's variables."""
        settings = self._settings
        if settings.environment_token:
            token = check_token(settings.environment_token.value, settings.environment_token.source)
            return Credential(token.value, token.source, variable=token.source, endpoint=settings.endpoint)
        if settings.environment_key:
            return self._use_key(settings.environment_key)
        stored = self._read_stored() if self.keeps_tokens else None
        if stored and stored.refresh_credentials:
            self._hide_secret(stored.refresh_credentials["application_credential_secret"])
        if self._can_log_in():
            return stored if stored and self._is_current(stored) else self._log_in_with_cloud(settings)
        if stored:
            return self._check_stored(stored)
        if settings.profile_token:
            self._check_endpoint(settings.profile_endpoint or settings.endpoint)
            token = check_token(settings.profile_token.value, settings.profile_token.source)
            return Credential(token.value, token.source, endpoint=settings.endpoint)
        if settings.sdk_key:
            return self._use_key(settings.sdk_key)
        raise NotLoggedInError(
            f"not logged in: IMGSHARE_TOKEN is not set, and no token is stored for profile {settings.profile!r}"
        )

    def _use_key(self, key: AccessKey) -> Credential:
        from imgshare_cli.auth.key_login import use_environment_key

        return use_environment_key(key, self._settings, self._environ, self._debug, self._hide_secret)

    def _can_log_in(self) -> bool:
        return bool(self._settings.cloud or self._settings.openstack)

    def _read_stored(self) -> Credential | None:
        self._token_store = open_token_store(self._settings, self._environ)
        try:
            return read_credential(self._token_store, self._settings)
        except AuthError as exc:
            self._token_store = None
            if self._can_log_in():
                self._debug(f"{exc.message}; logging in without it")
            elif not (self._settings.profile_token or self._settings.sdk_key):
                failure = f"not logged in: IMGSHARE_TOKEN is not set, and {exc.message}"
                raise NotLoggedInError(failure, hint=exc.hint) from exc
            return None

    def _is_current(self, credential: Credential) -> bool:
        from imgshare_cli.auth.settings_hash import compute_settings_hash

        return (
            credential.settings_hash == compute_settings_hash(self._settings, self._environ)
            and not credential.has_expired()
        )

    def _check_stored(self, credential: Credential) -> Credential:
        """Return a stored credential if it is for this endpoint, renewed if it has expired."""
        self._check_endpoint(credential.endpoint, credential)
        if credential.access_key_id:
            from imgshare_cli.auth.key_login import adapt_stored_key

            return adapt_stored_key(credential, self._settings)
        if not credential.has_expired():
            return credential
        if credential.refresh_credentials:
            return self._renew(credential, self._settings)
        from imgshare_cli.auth.stored_errors import create_expired_error

        raise create_expired_error(credential, self._settings)

    def _check_endpoint(self, endpoint: str | None, credential: Credential | None = None) -> None:
        # A token must not travel to a host that it was not meant for because a flag or a variable changed.
        if self._settings.endpoint and self._settings.endpoint != endpoint:
            from imgshare_cli.auth.stored_errors import create_endpoint_error

            raise create_endpoint_error(credential, endpoint, self._settings)

    def _log_in_with_cloud(self, settings: Settings) -> Credential:
        from imgshare_cli.auth import login
        from imgshare_cli.auth.settings_hash import compute_settings_hash

        made_of = compute_settings_hash(self._settings, self._environ)
        return self._store(login.log_in_with_cloud(settings, made_of, self._note, self._hide_secret))

    def _renew(self, credential: Credential, settings: Settings) -> Credential:
        from imgshare_cli.auth import login

        return self._store(login.renew_login(settings, credential))

    def _store(self, credential: Credential) -> Credential:
        """Store a credential for later runs; a failure does not affect this one."""
        self._hide_secret(credential.secret)
        if self._token_store is not None and credential.expires_at:
            try:
                self._token_store.write(json.dumps(credential.to_json()))
            except (AuthError, ConfigError) as exc:
                self._token_store = None
                self._debug(f"the token was not stored: {exc.message}")
        return credential
