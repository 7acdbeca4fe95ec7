"""A Keystone and a Glance that run, and the power to make identities in them."""

from __future__ import annotations

import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.openstack import config, template
from tests.support.openstack.identity import Credentials, Identity
from tests.support.openstack.service import ServiceProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager


class Cloud:
    """A `Ground` (tests/support/backend.py) made of a real Keystone and Glance."""

    def __init__(self, home: Path, keystone: ServiceProcess, glance: ServiceProcess, identity: Identity) -> None:
        self._home = home
        self._keystone = keystone
        self._glance = glance
        self._identity = identity

    @property
    def endpoint(self) -> str:
        """Glance's address, without `/v2`."""
        return self._glance.url

    @property
    def auth_url(self) -> str:
        """Keystone's address, with `/v3`."""
        return f"{self._keystone.url}/v3"

    @contextmanager
    def with_short_tokens(self, seconds: int) -> Iterator[Cloud]:
        """Start a second Keystone, which issues tokens that last so long; Glance still asks the first one."""
        with (
            tempfile.TemporaryDirectory(prefix="imgshare-keystone-") as folder,
            closing(ServiceProcess("keystone", Path(folder), workers=1)) as keystone,
            closing(Identity(f"{keystone.url}/v3", template.read_admin_password(self._home))) as identity,
        ):
            Path(folder, "keystone.conf").write_text(config.keystone(self._home, token_seconds=seconds))
            keystone.start()
            keystone.wait()
            yield Cloud(self._home, keystone, self._glance, identity)

    def with_old_policies(self) -> AbstractContextManager[Cloud]:
        """Start a second Glance with the policies of before 2023.1."""
        return self._with_other_glance(new_defaults=False)

    def without_service_type(self) -> AbstractContextManager[Cloud]:
        """Start a second Glance that does not know which service of the catalog it is."""
        return self._with_other_glance(service_type="")

    def with_strict_service_tokens(self) -> AbstractContextManager[Cloud]:
        """Start a second Glance that refuses a request whose service token is not a service's."""
        return self._with_other_glance(delay_auth_decision="false")

    @contextmanager
    def _with_other_glance(self, *, delay_auth_decision: str = "true", **settings: Any) -> Iterator[Cloud]:
        """Start a second Glance, empty, which asks the same Keystone; the catalog still names the first one."""
        with (
            tempfile.TemporaryDirectory(prefix="imgshare-glance-") as folder,
            closing(ServiceProcess("glance", Path(folder), workers=1)) as glance,
        ):
            home = Path(folder)
            password = template.copy_to(home)
            paste_ini = home / "glance-api-paste.ini"
            paste_ini.write_text(config.read_paste_ini(delay_auth_decision))
            conf = config.glance(
                home,
                endpoint=glance.url,
                auth_url=self.auth_url,
                password=password,
                paste_ini=paste_ini,
                **settings,
            )
            (home / "glance-api.conf").write_text(conf)
            glance.start()
            glance.wait()
            yield Cloud(self._home, self._keystone, glance, self._identity)

    @property
    def glance_database(self) -> Path:
        """The file in which Glance keeps its images."""
        return self._glance.database

    def create_project(self, name: str) -> str:
        """Make a project and return its ID; the name only helps a reader of the logs."""
        return self._identity.create_project(name)

    def user(self, project_id: str, *roles: str) -> Credentials:
        """Make a user who has exactly these roles (`member`, `reader`, `admin`, `guest`) on this project."""
        return self._identity.user(project_id, *roles)

    def join(self, user: Credentials, project_id: str, *roles: str) -> None:
        """Let a user have these roles on another project, too."""
        self._identity.join(user.user_id, project_id, *roles)

    def issue_token(self, project_id: str, *roles: str) -> str:
        """Return a token of a new user who has exactly these roles on this project."""
        return self.login(self.user(project_id, *roles))

    def login(self, user: Credentials) -> str:
        """Return a new token of this user."""
        return self._identity.issue_token(user)

    @property
    def admin_token(self) -> str:
        """A new token of the cloud's admin."""
        return self._identity.admin_token()

    def revoke_token(self, token: str) -> None:
        """Revoke a token before it expires."""
        self._identity.revoke_token(token)

    def stop_keystone(self) -> None:
        """Take Keystone down: its port refuses connections from now on."""
        self._keystone.stop()

    def start_keystone(self) -> None:
        """Bring Keystone back, where it was and as it was."""
        self._keystone.start()
        self._keystone.wait()


@contextmanager
def running_cloud(*, hash_rounds: int | None = 4, workers: int = 2, cache_tokens: bool = False) -> Iterator[Cloud]:
    """Start a Keystone and a Glance, and end them afterwards.

    Args:
        hash_rounds: bcrypt's cost (its logarithm) for passwords; None is Keystone's own default, 12.
        workers: processes of Glance.
        cache_tokens: whether Glance may believe in a token for five minutes after asking Keystone, as deployments do.
    """
    with (
        tempfile.TemporaryDirectory(prefix="imgshare-cloud-") as folder,
        closing(ServiceProcess("keystone", Path(folder), workers=1)) as keystone,
        closing(ServiceProcess("glance", Path(folder), workers=workers)) as glance,
    ):
        home, auth_url = Path(folder), f"{keystone.url}/v3"
        password = template.copy_to(home)
        (home / "keystone.conf").write_text(config.keystone(home, hash_rounds=hash_rounds))
        settings = config.glance(
            home, endpoint=glance.url, auth_url=auth_url, password=password, cache_tokens=cache_tokens
        )
        (home / "glance-api.conf").write_text(settings)
        keystone.start()
        glance.start()
        keystone.wait()
        with closing(Identity(auth_url, password)) as identity:
            identity.publish("identity", auth_url)
            identity.publish("image", glance.url)
            identity.role("guest")
            glance.wait()
            yield Cloud(home, keystone, glance, identity)
