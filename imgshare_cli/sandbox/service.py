"""The service as a thing that starts, runs beside you, and stops."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING

from imgshare_cli.sandbox import demo_data
from imgshare_cli.sandbox.http_server import Server
from imgshare_cli.sandbox.router import Wire
from imgshare_cli.sandbox.store import State
from imgshare_cli.sandbox.tokens import Caller, Tokens

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from imgshare_cli.sandbox.demo_data import Identity, Share


class Sandbox:
    """An image service on loopback for as long as the `with` block lasts.

    Attributes:
        endpoint: its address, without `/v2`.
        you: the project that the images are shared with.
        owners: the projects that share them.
    """

    def __init__(self, *, port: int = 0, images: int = 0) -> None:
        """Take the port, which raises OSError if it is in use.

        Args:
            port: where to listen; 0 leaves the choice to the system.
            images: how many more pending images to make up.
        """
        self._state = State()
        self._tokens = Tokens()
        cast = demo_data.identities(self._tokens)
        demo_data.furnish(self._state, cast, images)
        self._names = {identity.project_id: identity.name for identity in cast.values()}
        self.you: Identity = cast.pop("you")
        self.owners: tuple[Identity, ...] = tuple(cast.values())
        self._server = Server(port, Wire(self._state, self._tokens).answer)
        self.endpoint: str = self._server.endpoint
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        """Serve, in a thread beside this one."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and hang up on everybody."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def project(self, name: str) -> str:
        """Make a project and return its ID; the name only helps a reader."""
        project_id = uuid.uuid4().hex
        self._names[project_id] = name
        return project_id

    def token(self, project_id: str, *roles: str) -> str:
        """Return a token for a project with these roles (`member`, `reader`, `admin`) and what they imply."""
        return self._tokens.issue(Caller.with_roles(project_id, *roles))

    def revoke(self, token: str) -> None:
        """Make a token worthless, as its expiry would."""
        self._tokens.revoke(token)

    @property
    def shares(self) -> tuple[Share, ...]:
        """The images that are shared with you, as they are now, oldest first."""
        return tuple(
            demo_data.Share(image.id, image.name or "", self._names.get(image.owner, image.owner), member.status)
            for image, member in self._state.shared_with(self.you.project_id)
        )
