"""A small inbox on any backend: two owners who share images with a project, each with everything one meets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from tests.support.known_owners import know_owners
from tests.support.users import User, create_user

if TYPE_CHECKING:
    import pytest

    from tests.support.backend import Backend


@dataclass
class SmallInbox:
    """A project, what is shared with it, and who may look.

    Attributes:
        member: someone with the role `member` in the project.
        one: an owner.
        two: another owner.
        images: the IDs of what is shared, by what each is for.
    """

    backend: Backend
    http: httpx.Client
    member: User
    one: User
    two: User
    images: dict[str, str] = field(default_factory=dict)

    def create_user(self, *roles: str, project_id: str | None = None) -> User:
        """Create someone else in the project, or in another one."""
        project_id = project_id or self.member.project_id
        return User(self.http, project_id, self.backend.issue_token(project_id, *roles))

    def offer(self, what: str, owner: User | None = None, decided: str | None = None, **image: Any) -> str:
        """Share a new image with the project, and let it decide; the name is `what` unless given."""
        owner = owner or self.one
        image_id = owner.make_image(image.pop("name", what), visibility="shared", **image)
        owner.share(image_id, self.member.project_id)
        if decided:
            assert self.member.decide(image_id, self.member.project_id, decided)[0] == 200
        self.images[what] = image_id
        return image_id

    def status(self, image_id: str) -> str:
        """What the service itself says that the project has decided."""
        _, members = self.member.ask("GET", f"/v2/images/{image_id}/members")
        status: str = members["members"][0]["status"]
        return status

    def ids(self, *names: str) -> set[str]:
        """The IDs of these images."""
        return {self.images[name] for name in names}

    def enter(self, monkeypatch: pytest.MonkeyPatch, person: User | None = None, *, project: bool = True) -> None:
        """Point the tool at the service, as the member, who knows the owners, or as somebody else."""
        know_owners(self.one.project_id, self.two.project_id)
        person = person or self.member
        monkeypatch.setenv("IMGSHARE_ENDPOINT", self.backend.endpoint)
        monkeypatch.setenv("IMGSHARE_TOKEN", person.token)
        if project:
            monkeypatch.setenv("IMGSHARE_PROJECT_ID", self.member.project_id)
        else:
            monkeypatch.delenv("IMGSHARE_PROJECT_ID", raising=False)


def create_small_inbox(backend: Backend) -> SmallInbox:
    """Create an inbox with nothing in it; the caller closes its client."""
    http = httpx.Client(base_url=backend.endpoint, trust_env=False, timeout=60)

    member, one, two = (create_user(backend, http, name) for name in ("member", "one", "two"))
    return SmallInbox(backend, http, member, one, two)


def fill_inbox(inbox: SmallInbox) -> None:
    """Put in what the API's own list gets wrong."""
    inbox.offer("debian-12")
    inbox.offer("debian-13", inbox.two)
    inbox.offer("hidden", inbox.two, os_hidden=True)
    inbox.offer("taken", decided="accepted")
    inbox.offer("taken-hidden", decided="accepted", os_hidden=True)
    inbox.offer("refused", inbox.two, decided="rejected")
    # Those of the project itself come with every `member_status`.
    inbox.images["own"] = inbox.member.make_image(visibility="shared")
    inbox.images["own-shared"] = inbox.member.make_image(visibility="shared")
    inbox.member.share(inbox.images["own-shared"], inbox.one.project_id)
    inbox.images["own-hidden"] = inbox.member.make_image(visibility="shared", os_hidden=True)
    # An administrator sees these, and those of every other project.
    inbox.images["elsewhere"] = inbox.one.make_image(visibility="shared")
    inbox.one.share(inbox.images["elsewhere"], inbox.two.project_id)


PENDING = ("debian-12", "debian-13", "hidden")
ACCEPTED = ("taken", "taken-hidden")
REJECTED = ("refused",)
