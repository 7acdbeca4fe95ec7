"""Reads every share of a project's images, over several connections, with what is found out about each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from imgshare_cli.api.service_kind import ServiceKind
from imgshare_cli.api.timestamps import format_timestamp
from imgshare_cli.audit.findings import AuditFinding, ShareFacts, is_crowded
from imgshare_cli.audit.own_images import MemberLists, read_own_images
from imgshare_cli.audit.project_checks import ProjectChecks
from imgshare_cli.errors import AuthError, ImgshareError
from imgshare_cli.shares.worker_pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.identity_client import IdentityClient
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member

_WORKERS = 16


@dataclass(frozen=True)
class AuditedShare:
    """A share of one of our images, or an image whose shares could not be read.

    Attributes:
        image: the image.
        member: the share.
        findings: what is found out about it.
        error: why the shares of the image could not be read.
    """

    image: Image
    member: Member | None = None
    findings: tuple[AuditFinding, ...] = ()
    error: ImgshareError | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object, without its error."""
        member = self.member
        return {
            "image_id": self.image.id,
            "name": self.image.name,
            "member_id": member.member_id if member else None,
            "status": member.status.value if member else None,
            "since": format_timestamp(member.updated_at) if member else None,
            "findings": [finding.value for finding in self.findings],
        }


class Audit:
    """The shares of a project's images.

    Args:
        client: the image service, for the list of images.
        open_client: opens further connections to it.
        open_identity_client: opens the identity service for the credential that a connection uses; None where nobody
            can be asked.
        stale_before: what is pending since then, or longer, is stale.

    Attributes:
        projects: what the identity service says about the projects.
    """

    def __init__(
        self,
        client: ImageClient,
        open_client: Callable[[], ImageClient],
        open_identity_client: Callable[[Credential], IdentityClient | None],
        stale_before: datetime,
    ) -> None:
        self._client = client
        self._workers = WorkerPool(lambda: _Tool(open_client(), open_identity_client), _WORKERS)
        self._stale_before = stale_before
        self._members = MemberLists()
        self.projects = ProjectChecks()

    def read_shares(self, project_id: str) -> Iterator[AuditedShare]:
        """Yield each share, image by image, while the next ones are read.

        Raises:
            AuthError: the credential was rejected.
            ImgshareError: the list of images could not be read.
        """
        images = read_own_images(self._client, project_id)
        for shares in self._workers.map_in_order(self._audit_image, images):
            yield from shares

    def _audit_image(self, tool: _Tool, image: Image) -> list[AuditedShare]:
        plain = image.copy_without_raw()
        try:
            members = self._members.read(tool.client, image)
        except AuthError:
            raise
        except ImgshareError as exc:
            return [AuditedShare(plain, error=exc)]
        crowded = is_crowded(image, len(members), is_ims=tool.is_ims)
        return [self._audit_member(tool, plain, member, crowded=crowded) for member in members]

    def _audit_member(self, tool: _Tool, image: Image, member: Member, *, crowded: bool) -> AuditedShare:
        exists = None
        if member.kind == "project":
            exists = self.projects.exists(member.member_id, tool.get_identity_client)
        facts = ShareFacts(image, member, exists, self._stale_before, crowded)
        return AuditedShare(image, replace(member, raw={}), facts.find_findings())


class _Tool:
    """The connections of a thread.

    Args:
        client: the image service.
        open_identity_client: opens the identity service.
    """

    def __init__(
        self, client: ImageClient, open_identity_client: Callable[[Credential], IdentityClient | None]
    ) -> None:
        self.client = client
        self._open_identity_client = open_identity_client
        self._identity_client: IdentityClient | None = None

    @property
    def is_ims(self) -> bool:
        """Whether the service is an IMS; known after its first response."""
        return self.client.service_kind is ServiceKind.IMS

    def get_identity_client(self) -> IdentityClient | None:
        """Return the connection to the identity service; None where it cannot say which projects do not exist."""
        # IAM of Huawei-style clouds shows the projects of one's own account alone.
        if self.is_ims or self.client.credential.access_key_id:
            return None
        if self._identity_client is None:
            self._identity_client = self._open_identity_client(self.client.credential)
        return self._identity_client
