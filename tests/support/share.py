"""An image that is shared and pending, on the embedded service or on a real Glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.users import Users


@dataclass(frozen=True)
class Share:
    """An image of the owner's that is shared with the member, and the way to ask about it behind the tool's back.

    Attributes:
        users: everyone on this backend.
        image: the image's ID.
        created: the member object that sharing it answered.
    """

    users: Users
    image: str
    created: Any

    @property
    def member(self) -> str:
        """The ID of the member's project."""
        return self.users.member.project_id

    @property
    def path(self) -> str:
        """The member's share."""
        return f"/v2/images/{self.image}/members/{self.member}"

    def status(self) -> str:
        """What the service itself says about the share."""
        status: str = self.users.owner.send("GET", self.path).raise_for_status().json()["status"]
        return status

    def add_member(self, project_id: str) -> None:
        """Share the image with another project."""
        self.users.owner.share(self.image, project_id)

    def unshare(self) -> None:
        """Take the share back."""
        self.users.owner.send("DELETE", self.path).raise_for_status()

    def delete_image(self) -> None:
        """Delete the image."""
        self.users.owner.send("DELETE", f"/v2/images/{self.image}").raise_for_status()

    def replace(self, field: str, value: object, who: str = "owner") -> None:
        """Change a field of the image."""
        assert self.users[who].replace(self.image, field, value)[0] == 200

    def set_visibility(self, value: str) -> None:
        """Change who sees the image."""
        self.replace("visibility", value, "owner_admin" if value == "public" else "owner")


def share_new_image(users: Users, name: str = "golden") -> Share:
    """Let the owner create an image and share it with the member."""
    image = users.owner.make_image(name, visibility="shared")
    return Share(users, image, users.owner.share(image, users.member.project_id))
