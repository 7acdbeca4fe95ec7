"""Images as IMS lists and shows them to a caller."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from imgshare_cli.sandbox.ims.errors import ImsError
from imgshare_cli.sandbox.query import ImageQuery

if TYPE_CHECKING:
    from imgshare_cli.sandbox.records import ImageRecord
    from imgshare_cli.sandbox.store import ImageStore
    from imgshare_cli.sandbox.tokens import Caller

_MAX_LIMIT = 500
_IMAGE_TYPES = {"private": "private", "shared": "shared", "public": "gold"}


@dataclass(frozen=True, slots=True)
class ImageList:
    """The images of the store."""

    store: ImageStore

    def list_images(
        self, caller: Caller, parameters: list[tuple[str, str]], default_limit: int
    ) -> list[dict[str, Any]]:
        """List one page of images; no page has a link to the next."""
        query = self._parse_query(parameters, default_limit)
        return [self.describe(image) for image in self.store.list_images(caller, query)]

    def describe(self, image: ImageRecord) -> dict[str, Any]:
        """Return IMS's image object. Its visibility is private even where it is shared."""
        image_type = self._get_type(image)
        visibility = "public" if image_type == "gold" else "private"
        described = image.to_json() | {"__imagetype": image_type, "visibility": visibility}
        return {name: value for name, value in described.items() if not name.startswith("os_hash_")}

    def _parse_query(self, parameters: list[tuple[str, str]], default_limit: int) -> ImageQuery:
        chosen = dict(parameters)
        if chosen.get("member_status") == "all":
            raise ImsError("IMG.0001", "The parameter member_status is invalid.")
        visibility = chosen.get("visibility")
        if visibility not in (None, "", *_IMAGE_TYPES):
            raise ImsError("IMG.0001", "The parameter visibility is invalid.")
        wanted = {chosen.get("__imagetype"), _IMAGE_TYPES.get(visibility or "")} - {None, ""}
        if not wanted <= {*_IMAGE_TYPES.values(), "market"}:
            raise ImsError("IMG.0024", "The imagetype is invalid.")
        kept = [pair for pair in parameters if pair[0] not in {"visibility", "__imagetype"}]
        if "limit" not in chosen:
            kept.append(("limit", str(default_limit)))
        query = ImageQuery.parse(kept)
        filters = [lambda image: {self._get_type(image)} >= wanted] if wanted else []
        return replace(query, filters=[*filters, *query.filters], limit=min(query.limit, _MAX_LIMIT))

    def _get_type(self, image: ImageRecord) -> str:
        if image.visibility == "public":
            return "gold"
        return "shared" if self.store.has_members(image.id) else "private"
