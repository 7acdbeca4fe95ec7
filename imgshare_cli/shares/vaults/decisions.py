"""Accepts shares with a backup vault: the one that was given, or where the service asks for one, the stored one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from imgshare_cli import hints
from imgshare_cli.api.models import Status, is_image_id
from imgshare_cli.api.service_kind import ServiceKind
from imgshare_cli.errors import ConfigError, ImgshareError, ServiceError
from imgshare_cli.shares.decisions import decide_share, find_only_share
from imgshare_cli.shares.vaults.choice import (
    AUTO,
    choose_vault,
    create_missing_error,
    explain_missing_vault,
    find_obstacle,
    sort_vaults,
)
from imgshare_cli.shares.vaults.lists import VaultLists
from imgshare_cli.shares.vaults.refusals import explain_vault_refusal, find_image, find_vault_need, get_needed_room

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.api.models import Member
    from imgshare_cli.api.vaults import Vault
    from imgshare_cli.shares.jobs.protocols import FindJobs
    from imgshare_cli.shares.vaults.choice import VaultCommands
    from imgshare_cli.shares.vaults.refusals import VaultNeed


class VaultPlace(NamedTuple):
    """The project whose vaults are meant.

    Attributes:
        member_id: its ID; None where it is not known.
        fleet_project: what tells it from the other projects of a fleet; None is the only project of the run.
    """

    member_id: str | None
    fleet_project: Hashable = None


Decided = TypeVar("Decided")


@dataclass
class VaultDecisions(Generic[Decided]):
    """Accepts shares; a vault goes with a request only where it was given, or where the service asks for one.

    Attributes:
        given: the vault that the user named for all, by its ID, its name or `auto`.
        find_stored_id: finds the vault of the settings for a project, which is used where the service asks for one.
        build_commands: builds the commands that errors about an image show; None is no image, or any.
        read: lists the vaults of a project, with the credential of a client.
        report: told once for each project of the vault that `auto` chose.
        ask: asks the user for one of several vaults that can hold an image; None where nobody may be asked.
        lists: the vaults that were listed.
        was_ignored: whether a service took a vault that it does not know.
        find_jobs: finds what decides by jobs; None where nothing does.
    """

    given: str | None
    find_stored_id: Callable[[VaultPlace], str | None]
    build_commands: Callable[[VaultPlace, str | None], VaultCommands]
    read: Callable[[ImageClient, VaultPlace], Sequence[Vault]]
    report: Callable[[Vault, VaultPlace], None]
    ask: Callable[[str, Sequence[Vault]], Vault] | None = None
    lists: VaultLists = field(default_factory=VaultLists)
    was_ignored: bool = False
    find_jobs: FindJobs[Decided] | None = None

    def accept(
        self, client: ImageClient, image_id: str, place: VaultPlace, image: Image | None = None
    ) -> Member | Decided:
        """Accept a share, with the vault that was given.

        Args:
            client: the image service.
            image_id: the image.
            place: the project that decides.
            image: the image, where its size matters for the choice of a vault.

        Raises:
            RefusedError: the service refuses; where it needs a vault, the error says which there are.
            ImgshareError: the given vault cannot be found or used.
        """
        vault_id = self.find_given_id(client, place, image)
        try:
            member = decide_share(client, image_id, place.member_id, Status.ACCEPTED, vault_id, self.find_jobs)
        except ServiceError as exc:
            return self.handle_refusal(client, image_id, place, vault_id, exc)
        if vault_id and client.service_kind is ServiceKind.GLANCE:
            self.was_ignored = True
        return member

    def handle_refusal(
        self, client: ImageClient, image_id: str, place: VaultPlace, vault_id: str | None, error: ServiceError
    ) -> Member | Decided:
        """Accept a share again where the refusal is about a missing vault; where a vault was sent, name it.

        Raises:
            ImgshareError: the refusal, with what is known about the vaults.
        """
        if vault_id:
            raise self._explain(error, vault_id, place, image_id) from error
        return self.accept_again(client, image_id, place, error)

    def find_given_id(self, client: ImageClient, place: VaultPlace, image: Image | None = None) -> str | None:
        """Find the ID of the vault that was given; None where none was. An ID is used as it is.

        Raises:
            ImgshareError: it cannot be found or used.
        """
        if self.given is None or is_image_id(self.given):
            return self.given
        vaults = self._list_for_choice(client, place)
        commands = self.build_commands(place, None)
        vault = choose_vault(self.given, vaults, get_needed_room(image), commands)
        if self.given == AUTO and self.lists.is_first_choice(place):
            self.report(vault, place)
        return vault.id

    def check_given(self, client: ImageClient, place: VaultPlace) -> None:
        """Check, before anything is decided, what can be checked of the vault that was given.

        Raises:
            ImgshareError: it cannot be found or used.
        """
        if self.given == AUTO:  # the choice may depend on the image
            self._list_for_choice(client, place)
        else:
            self.find_given_id(client, place)

    def accept_again(
        self, client: ImageClient, image_id: str, place: VaultPlace, error: ServiceError
    ) -> Member | Decided:
        """Accept a share again where the service refused because it needs a vault: with the stored one.

        Raises:
            RefusedError: the refusal itself where it is about something else, or with the vaults that there are.
        """
        need = find_vault_need(client, image_id, error)
        if need is None:
            raise error
        if place.member_id is None:
            place = place._replace(member_id=find_only_share(client, image_id).member_id)
        vault_id = self.find_stored_id(place) or self._choose_id(client, image_id, place, need)
        try:
            return decide_share(client, image_id, place.member_id, Status.ACCEPTED, vault_id, self.find_jobs)
        except ServiceError as exc:
            raise self._explain(exc, vault_id, place, image_id) from exc

    def _explain(self, error: ServiceError, vault_id: str, place: VaultPlace, image_id: str) -> ImgshareError:
        return explain_vault_refusal(error, vault_id, self.build_commands(place, image_id).show)

    def _choose_id(self, client: ImageClient, image_id: str, place: VaultPlace, need: VaultNeed) -> str:
        """Let the user choose one of several vaults; else raise the error that says what to type."""
        commands = self.build_commands(place, image_id)
        try:
            vaults = self._list(client, place)
        except ImgshareError as exc:
            raise explain_missing_vault(need.error).replace(
                note=f"the vaults cannot be listed: {exc.message}",
                hint="; ".join(filter(None, [f"{commands.use('ID')} accepts it with the vault of this ID", exc.hint])),
            ) from exc
        needed = get_needed_room(need.image or (find_image(client, image_id) if vaults else None))
        usable = [vault for vault in vaults if find_obstacle(vault, needed) is None]
        if self.ask and len(usable) > 1:
            return self.ask(image_id, sort_vaults(usable)).id
        raise create_missing_error(need.error, vaults, needed, commands) from need.error

    def _list_for_choice(self, client: ImageClient, place: VaultPlace) -> Sequence[Vault]:
        try:
            return self._list(client, place)
        except ConfigError as exc:
            failure = f"cannot look up backup vault {hints.quote_text(self.given or '')}: {exc.failure}"
            raise exc.replace(failure=failure, hint=f"pass the ID of the vault; or {exc.hint}") from exc

    def _list(self, client: ImageClient, place: VaultPlace) -> Sequence[Vault]:
        return self.lists.list(place, lambda: self.read(client, place))
