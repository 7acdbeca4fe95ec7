"""How this run gets in: by the environment, by what an earlier run kept, or by logging in."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

from imgshare_cli.api.credential import Grant
from imgshare_cli.auth import store as credentials
from imgshare_cli.errors import AuthError, ConfigError, ImgshareError, NotLoggedInError, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.auth.file_store import FileStore
    from imgshare_cli.auth.keyring_store import Keyring
    from imgshare_cli.config.settings import Settings


class Access:
    """The grant of this run, and its renewal; many workers may share it.

    Args:
        settings: the settings of the run.
        environ: its environment.
        debug: told what is going on.
        note: told what a person should know.
        secrets: where every secret is put that must not be shown.
    """

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        *,
        debug: Callable[[str], None],
        note: Callable[[str], None],
        secrets: list[str],
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._debug = debug
        self._note = note
        self._secrets = secrets
        self._lock = threading.Lock()
        self._grant: Grant | None = None
        self._outcomes: dict[str, Grant | ImgshareError | None] = {}
        self._place: Keyring | FileStore | None = None

    @property
    def grant(self) -> Grant:
        """What this run gets in by. With a token in the environment the keyring is not even imported.

        Raises:
            AuthError: there is nothing, or the keyring that may have it cannot be asked.
            ConfigError: the settings cannot be used.
            UnavailableError: the identity service does not answer.
        """
        with self._lock:
            if self._grant is None:
                self._grant = self._first()
                self._secrets += [self._grant.secret, *(self._grant.renewal or {}).values()]
                self._debug(f"token from {self._grant.source}, {len(self._grant.secret)} characters")
            return self._grant

    def renewed(self, worthless: str) -> Grant | None:
        """Another grant than the one that the service has just refused, or None where only a person can get one.

        Whoever comes first logs in; the others, who were refused with the same token, get what it got.
        """
        with self._lock:
            if worthless not in self._outcomes:
                self._outcomes[worthless] = self._another(worthless)
            outcome = self._outcomes[worthless]
        if isinstance(outcome, ImgshareError):
            raise outcome
        return outcome

    def _another(self, worthless: str) -> Grant | ImgshareError | None:
        before = self._grant
        if before is None or any(isinstance(one, Grant) and one.secret == worthless for one in self._outcomes.values()):
            return None  # it is new already, and refused: another would fare no better
        try:
            if before.renewal:
                self._grant = self._by_renewal(before)
            elif self._logs_in_by_itself() and not self._settings.environment_token:
                self._grant = self._by_cloud()
            else:
                return None
        except ImgshareError as exc:
            return exc
        return self._grant

    def logged_in_anew(self) -> Grant:
        """A grant for which the cloud was asked now, whatever an earlier run kept. The caller keeps it."""
        self._grant = self._by_cloud()
        return self._grant

    def _first(self) -> Grant:
        settings = self._settings
        if settings.environment_token:
            token = credentials.checked(settings.environment_token.value, settings.environment_token.source)
            return Grant(token.value, token.source, variable=token.source, endpoint=settings.endpoint)
        found = self._kept()
        if self._logs_in_by_itself():
            return found if found and self._is_current(found) else self._by_cloud()
        if found:
            return self._still_good(found)
        if settings.profile_token:
            self._must_be_for(settings.profile_endpoint or settings.endpoint)
            token = credentials.checked(settings.profile_token.value, settings.profile_token.source)
            return Grant(token.value, token.source, endpoint=settings.endpoint)
        raise NotLoggedInError(
            f"no token: none in IMGSHARE_TOKEN, none stored for profile {settings.profile!r}",
            hint=f"run {credentials.login_command(settings)}, or set IMGSHARE_TOKEN or OS_CLOUD",
        )

    def _logs_in_by_itself(self) -> bool:
        return bool(self._settings.cloud or self._settings.openstack)

    def _kept(self) -> Grant | None:
        self._place = credentials.store(self._settings, self._environ)
        try:
            return credentials.kept(self._place, self._settings)
        except AuthError as exc:
            self._place = None
            if self._logs_in_by_itself():
                self._debug(f"{exc.message}; logging in without it")
            elif not self._settings.profile_token:
                raise NotLoggedInError(f"no token in IMGSHARE_TOKEN, and {exc.message}", hint=exc.hint) from exc
            return None

    def _is_current(self, grant: Grant) -> bool:
        from imgshare_cli.auth import settings_hash as fingerprint

        return grant.made_of == fingerprint.of(self._settings, self._environ) and not grant.has_expired()

    def _still_good(self, grant: Grant) -> Grant:
        self._must_be_for(grant.endpoint)
        if not grant.has_expired():
            return grant
        if grant.renewal:
            return self._by_renewal(grant)
        from imgshare_cli import hints

        raise AuthError(
            f"the token of profile {self._settings.profile!r} has expired",
            hint=f"run {hints.log_in(grant.again) if grant.again else credentials.login_command(self._settings)}",
            reason=Reason.TOKEN,
        )

    def _must_be_for(self, endpoint: str | None) -> None:
        # A token must not travel to a host that it was not meant for because a flag or a variable changed.
        wanted, profile = self._settings.endpoint, self._settings.profile
        if wanted and wanted != endpoint:
            from imgshare_cli import hints

            log_in = hints.command("login", *hints.options({"--profile": profile, "--endpoint": wanted}))
            raise AuthError(
                f"the token of profile {profile!r} is for {endpoint}, not {wanted}",
                hint=f"run {log_in}, or set IMGSHARE_TOKEN",
            )

    def _by_cloud(self) -> Grant:
        from imgshare_cli.auth import login
        from imgshare_cli.auth import settings_hash as fingerprint

        return self._keep(login.by_cloud(self._settings, fingerprint.of(self._settings, self._environ), self._note))

    def _by_renewal(self, grant: Grant) -> Grant:
        from imgshare_cli.auth import login

        return self._keep(login.again(self._settings, grant))

    def _keep(self, grant: Grant) -> Grant:
        """Keep it for later runs; where that cannot be done, this run is none the worse."""
        self._secrets.append(grant.secret)
        if self._place is not None and grant.expires_at:
            try:
                self._place.write(json.dumps(grant.to_json()))
            except (AuthError, ConfigError) as exc:
                self._place = None
                self._debug(f"the token is not kept: {exc.message}")
        return grant
