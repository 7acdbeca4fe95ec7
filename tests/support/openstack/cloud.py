"""A Keystone and a Glance that run, and the power to make identities in them."""

from __future__ import annotations

import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.openstack import config, template
from tests.support.openstack.identity import Credentials, Identity
from tests.support.openstack.service import ServiceProcess

if TYPE_CHECKING:
    from collections.abc import Iterator


class Cloud:
    """A `Ground` (tests/support/backend.py) made of a real Keystone and Glance."""

    def __init__(self, keystone: ServiceProcess, glance: ServiceProcess, identity: Identity) -> None:
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
def running_cloud(
    *,
    token_seconds: int = 3600,
    hash_rounds: int | None = 4,
    workers: int = 2,
    cache_tokens: bool = False,
    new_defaults: bool = True,
) -> Iterator[Cloud]:
    """Start a Keystone and a Glance, and end them afterwards.

    Args:
        token_seconds: how long a token lasts.
        hash_rounds: bcrypt's cost (its logarithm) for passwords; None is Keystone's own default, 12.
        workers: processes of each service.
        cache_tokens: whether Glance may believe in a token for five minutes after asking Keystone, as deployments do.
        new_defaults: whether Glance's policies are those of 2023.1 and later.
    """
    with (
        tempfile.TemporaryDirectory(prefix="imgshare-cloud-") as folder,
        closing(ServiceProcess("keystone", Path(folder), workers=workers)) as keystone,
        closing(ServiceProcess("glance", Path(folder), workers=workers)) as glance,
    ):
        home, auth_url = Path(folder), f"{keystone.url}/v3"
        password = template.copy_to(home)
        (home / "keystone.conf").write_text(config.keystone(home, token_seconds=token_seconds, hash_rounds=hash_rounds))
        (home / "glance-api.conf").write_text(
            config.glance(
                home,
                endpoint=glance.url,
                auth_url=auth_url,
                password=password,
                cache_tokens=cache_tokens,
                new_defaults=new_defaults,
            )
        )
        keystone.start()
        glance.start()
        keystone.wait()
        with closing(Identity(auth_url, password)) as identity:
            identity.publish("identity", auth_url)
            identity.publish("image", glance.url)
            identity.role("guest")
            glance.wait()
            yield Cloud(keystone, glance, identity)
