"""A small inbox on any ground: two owners who share images with a project, each with everything one meets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from tests.support.users import Person

if TYPE_CHECKING:
    import pytest

    from tests.support.backend import Ground


@dataclass
class Inbox:
    """A project, what is shared with it, and who may look.

    Attributes:
        member: someone with the role `member` in the project.
        one: an owner.
        two: another owner.
        images: the IDs of what is shared, by what each is for.
    """

    ground: Ground
    http: httpx.Client
    member: Person
    one: Person
    two: Person
    images: dict[str, str] = field(default_factory=dict)

    def person(self, *roles: str, project_id: str | None = None) -> Person:
        """Someone else of the project, or of another one."""
        project_id = project_id or self.member.project_id
        return Person(self.http, project_id, self.ground.token(project_id, *roles))

    def offer(self, what: str, owner: Person | None = None, decided: str | None = None, **image: Any) -> str:
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

    def enter(self, monkeypatch: pytest.MonkeyPatch, person: Person | None = None, *, project: bool = True) -> None:
        """Point the tool at the service, as the member or as somebody else."""
        person = person or self.member
        monkeypatch.setenv("IMGSHARE_ENDPOINT", self.ground.endpoint)
        monkeypatch.setenv("IMGSHARE_TOKEN", person.token)
        if project:
            monkeypatch.setenv("IMGSHARE_PROJECT_ID", self.member.project_id)
        else:
            monkeypatch.delenv("IMGSHARE_PROJECT_ID", raising=False)


def made(ground: Ground) -> Inbox:
    """An inbox with nothing in it; whoever makes it closes its client."""
    http = httpx.Client(base_url=ground.endpoint, trust_env=False, timeout=60)

    def person(name: str) -> Person:
        project_id = ground.project(name)
        return Person(http, project_id, ground.token(project_id, "member"))

    return Inbox(ground, http, person("member"), person("one"), person("two"))


def fill(inbox: Inbox) -> None:
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
