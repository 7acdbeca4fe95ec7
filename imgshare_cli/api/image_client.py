"""The image service: its calls about shares; each response is checked to be what was asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from imgshare_cli.api.image_paths import build_member_path, quote_segment
from imgshare_cli.api.image_responses import read_image, read_member
from imgshare_cli.api.models import Status, is_same_id, name_member
from imgshare_cli.api.response import MAX_ONE, create_mismatch_error, parse_object
from imgshare_cli.api.service_kind import ServiceKind, recognize_service
from imgshare_cli.errors import ImgshareError, NotFoundError, RefusedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.api.authentication import CredentialAuth
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.image_responses import Page
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.job_client import JobClient
    from imgshare_cli.api.models import Member
    from imgshare_cli.api.response import Response
    from imgshare_cli.api.transport import HttpTransport

_MORE_SECONDS = 2.0  # to find out what became of a request, when the time for the request is over


class ImageClient:
    """The calls of the Images v2 API that shares need (api-ref, "Images" and "Image sharing").

    Every call raises AuthError (401), ForbiddenError (403), NotFoundError (404), RefusedError (400, 409, 413,
    422) or UnavailableError (no response, or one that is not the API's), and UsageError for an impossible ID.

    Args:
        transport: the connection to the service.
        auth: authenticates its requests; errors name the credential that it used last.

    Attributes:
        auth: the same, for a request to another service of the same cloud.
    """

    def __init__(self, transport: HttpTransport, auth: CredentialAuth) -> None:
        self._transport = transport
        self.auth = auth

    @property
    def credential(self) -> Credential:
        """The credential that the next request carries."""
        return self.auth.credential

    @property
    def service_kind(self) -> ServiceKind | None:
        """What the service is; None until its first response, and where that does not tell."""
        return self._transport.service_kind

    @property
    def endpoint(self) -> str:
        """The address of the service."""
        return self._transport.address

    @cached_property
    def jobs(self) -> JobClient:
        """The calls of the same service that are done as jobs (IMS)."""
        from imgshare_cli.api.job_client import JobClient

        return JobClient(self._transport, self.auth)

    def set_status(self, image_id: str, member_id: str, status: Status, vault_id: str | None = None) -> Member:
        """Set the status of a share; setting it again has no effect.

        Where no response says whether it was set, the share is looked at once more.

        Args:
            image_id: the image.
            member_id: the project that the image is shared with.
            status: the new status.
            vault_id: the backup vault for a full-server image; IMS needs it, Glance ignores it.
        """
        body = {"status": status.value} | ({"vault_id": vault_id} if vault_id else {})
        doing = f"{status.verb} image {image_id} for {name_member(member_id)}"
        try:
            response = self._call("PUT", build_member_path(image_id, member_id), doing, body)
            member = read_member(response, parse_object(response), image_id, member_id)
            if member.status != status:
                raise create_mismatch_error(response, f"a member with the status {member.status} instead of {status}")
        except RefusedError as exc:
            if status is not Status.PENDING or self.service_kind is not ServiceKind.IMS or exc.reason:
                raise
            from imgshare_cli.api.ims_errors import explain_refused_reset

            raise explain_refused_reset(exc, image_id, member_id) from exc
        except UnavailableError as exc:
            found = self.find_after(exc, image_id, member_id)
            if found is None or found.status != status:
                raise
            return found
        return member

    def get_member(self, image_id: str, member_id: str, *, only_seconds: float | None = None) -> Member:
        """Get one share; where `only_seconds` are given, with one try in that time."""
        doing = f"show image {image_id} for {name_member(member_id)}"
        response = self._call("GET", build_member_path(image_id, member_id), doing, only_seconds=only_seconds)
        return read_member(response, parse_object(response), image_id, member_id)

    def find_after(self, failure: ImgshareError, image_id: str, member_id: str) -> Member | None:
        """Find a share after a request that may have been carried out although it failed; None if there is none.

        Raises:
            ImgshareError: the failure itself, where the request was not carried out or it cannot be found out.
        """
        if not failure.may_have_arrived:
            raise failure
        try:
            return self.get_member(image_id, member_id, only_seconds=_MORE_SECONDS)
        except NotFoundError:
            return None
        except ImgshareError:
            raise failure from None

    def list_members(self, image_id: str) -> list[Member]:
        """List the shares of an image: its owner sees all, a member its own. Glance gives them all at once."""
        from imgshare_cli.api.member_pages import read_all_members

        return read_all_members(self._call, image_id)

    def share_image(self, image_id: str, member_id: str) -> Member:
        """Share an image with a project; Glance accepts any text as the project's ID.

        A share that exists already is refused (409), also where an earlier try has made it: see `find_after`.
        """
        path = f"/v2/images/{quote_segment('image', image_id)}/members"
        doing = f"share image {image_id} with {name_member(member_id)}"
        quote_segment("project", member_id)  # otherwise it could never be unshared
        response = self._call("POST", path, doing, {"member": member_id}, hints_of="share")
        return read_member(response, parse_object(response), image_id, member_id)

    def unshare_image(self, image_id: str, member_id: str) -> None:
        """Stop sharing an image with a project.

        Raises:
            NotFoundError: it is not shared with that project; if the error says so, this request may have unshared it.
        """
        doing = f"unshare image {image_id} from {name_member(member_id)}"
        try:
            response = self._call("DELETE", build_member_path(image_id, member_id), doing, hints_of="unshare")
            if response.body:  # of another server, unless it is an object
                parse_object(response)
        except UnavailableError as exc:
            if self.find_after(exc, image_id, member_id) is not None:
                raise
            note = "now the token sees no such share"
            raise NotFoundError(exc.failure, explanation=exc.explanation, note=note, may_have_arrived=True) from exc

    def get_image(self, image_id: str) -> Image:
        """Get one image, whatever the status of its share."""
        response = self._call("GET", f"/v2/images/{quote_segment('image', image_id)}", f"look up image {image_id}")
        image = read_image(response, parse_object(response))
        if not is_same_id(image.id, image_id):
            raise create_mismatch_error(response, f"another image, {image.id}")
        return image

    def list_images(self, query: Mapping[str, str]) -> Page:
        """Get one page of the image list.

        Args:
            query: the API's own parameters, such as `member_status`, `limit` and `marker`.
        """
        from imgshare_cli.api.image_lists import request_page

        return request_page(self, self._call, query)

    def check_token(self) -> None:
        """Check that the token is valid: any valid token may read the member schema, whatever its roles."""
        from imgshare_cli.api.schema_check import check_member_schema

        check_member_schema(self._call, self.credential.kind)

    def _call(  # noqa: PLR0913  (a request has that many sides)
        self,
        method: str,
        path: str,
        doing: str,
        body: object = None,
        *,
        hints_of: str = "",
        limit: int = MAX_ONE,
        only_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        response = self._transport.send(method, path, body, headers=headers, limit=limit, only_seconds=only_seconds)
        if self._transport.service_kind is None:
            self._transport.service_kind = recognize_service(response)
        if response.status in {200, 201, 204}:
            return response
        from imgshare_cli.api.call_hints import build_call_hints
        from imgshare_cli.api.status_errors import create_status_error

        call_hints = build_call_hints(hints_of, path, self.service_kind)
        raise create_status_error(response, doing, self.auth.credential, call_hints)
