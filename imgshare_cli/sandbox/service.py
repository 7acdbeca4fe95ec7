"""The sandbox: start the image service, and stop it."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING, Literal

from imgshare_cli.sandbox import demo_data
from imgshare_cli.sandbox.demo_images import DEMO_IMAGES, build_attributes
from imgshare_cli.sandbox.http_server import HttpServer
from imgshare_cli.sandbox.router import Router
from imgshare_cli.sandbox.store import ImageStore
from imgshare_cli.sandbox.tokens import Caller, TokenStore

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from imgshare_cli.sandbox.demo_data import Identity, SharedImage
    from imgshare_cli.sandbox.ims.service import ImsService


class Sandbox:
    """An image service on loopback that runs while the `with` block does.

    Attributes:
        endpoint: its URL, without `/v2`.
        you: the project that the images are shared with.
        owners: the projects that share them.
        ims: what an IMS has beside its images, such as access keys and vaults; None for a Glance.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        images: int = 0,
        flavor: Literal["glance", "ims"] = "glance",
        native_gone: bool = False,
        job_seconds: float = 0.3,
    ) -> None:
        """Start to listen; raises OSError if the port is in use.

        Args:
            port: the port to listen on; the system chooses one for 0.
            images: the number of extra pending images.
            flavor: the image service to be: Glance, or IMS with vaults (CBR) and projects (IAM) at the same URL.
            native_gone: whether an IMS lacks the calls that change a single member, as newer ones may.
            job_seconds: how long each job of an IMS takes.
        """
        self._tokens = TokenStore()
        identities = demo_data.create_identities(self._tokens)
        self._project_names = {identity.project_id: identity.name for identity in identities.values()}
        self.you: Identity = identities["you"]
        self.owners: tuple[Identity, ...] = (identities["platform"], identities["vendor"])
        self.ims: ImsService | None = None
        if flavor == "ims":
            from imgshare_cli.sandbox.ims.service import ImsService

            self.ims = ImsService(self._tokens, identities, self._project_names, job_seconds)
            self._images = self.ims.load_images(images)
            respond = self.ims.create_router(native_gone=native_gone).respond
        else:
            self._images = ImageStore()
            demo_data.DemoLoader(self._images, identities, build_attributes).load_images(DEMO_IMAGES, images)
            respond = Router(self._images, self._tokens).respond
        self._server = HttpServer(port, respond)
        self.endpoint: str = self._server.endpoint
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        """Serve requests in another thread."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and close all connections."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def create_project(self, name: str) -> str:
        """Create a project and return its ID; the name is for people, and for the list of projects of an IMS."""
        project_id = uuid.uuid4().hex
        self._project_names[project_id] = name
        return project_id

    def issue_token(self, project_id: str, *roles: str) -> str:
        """Create a token for a project, with these roles (`member`, `reader`, `admin`) and those that they imply."""
        return self._tokens.issue(Caller.with_roles(project_id, *roles))

    def revoke_token(self, token: str) -> None:
        """Make a token invalid, as if it had expired."""
        self._tokens.revoke(token)

    @property
    def shares(self) -> tuple[SharedImage, ...]:
        """The images that are now shared with you, oldest first."""
        return tuple(
            demo_data.SharedImage(
                image.id, image.name or "", self._project_names.get(image.owner, image.owner), member.status
            )
            for image, member in self._images.find_shares(self.you.project_id)
        )
