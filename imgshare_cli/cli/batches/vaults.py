"""The backup vaults of a batch: those of the only project, or of each project of a fleet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from imgshare_cli.api.vault_address import find_vault_address
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.cli.vault_choices import (
    build_list_command,
    create_vault_decisions,
    list_vaults_at,
    note_ignored_vault,
)
from imgshare_cli.errors import ConfigError
from imgshare_cli.shares.vaults.choice import VaultCommands, describe_room, name_vault
from imgshare_cli.shares.vaults.decisions import VaultPlace
from imgshare_cli.truncation import truncate_lines

if TYPE_CHECKING:
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.vaults import Vault
    from imgshare_cli.batch.fleet import FleetProject
    from imgshare_cli.cli.session import Session
    from imgshare_cli.shares.jobs.protocols import FindJobs
    from imgshare_cli.shares.vaults.decisions import VaultDecisions

_MAX_LISTED = 20


class BatchVaults:
    """What accepts the images of a batch with vaults, and what is said about that at its end.

    Args:
        session: the run.
        find_jobs: finds what decides by jobs.
    """

    decisions: VaultDecisions[Any]

    def __init__(self, session: Session, find_jobs: FindJobs[Any]) -> None:
        self._session = session
        self._find_jobs = find_jobs
        self._choices: list[str] = []

    def open(self, given: str | None, client: ImageClient | None, *, is_fleet: bool, is_dry_run: bool) -> None:
        """Find out which vaults are meant.

        Args:
            given: the value of --vault, if there is one.
            client: the connection of the run, if it has one already.
            is_fleet: whether it works in many projects.
            is_dry_run: whether nothing is accepted.

        Raises:
            ImgshareError: the given vault cannot be found or used.
        """
        if is_fleet:
            self._open_fleet(given)
        else:
            self._open_own(None if is_dry_run else given, client)

    def _open_own(self, given: str | None, client: ImageClient | None) -> None:
        """Use the vaults of the only project of the run; one that is given is found before anything is accepted."""
        session = self._session
        self.decisions = create_vault_decisions(session, given, find_jobs=self._find_jobs)
        if given is None:
            return
        client, place = client or session.client, VaultPlace(session.member_id)
        self.decisions.check_given(client, place)
        # Of a batch, `auto` means the same vault for all.
        self.decisions.given = self.decisions.find_given_id(client, place)

    def _open_fleet(self, given: str | None) -> None:
        """Use the vaults of each project."""
        self.decisions = create_vault_decisions(
            self._session,
            given,
            find_jobs=self._find_jobs,
            find_stored_id=self._find_stored_id,
            build_commands=self._build_commands,
            read=self._read,
            report=self._keep_choice,
        )

    def print_notes(self) -> None:
        """Say which vaults `auto` chose, and whether they had no effect."""
        output = self._session.output
        if not output.as_json:
            for line in truncate_lines(self._choices, _MAX_LISTED):
                output.print_note(line)
        note_ignored_vault(self._session, self.decisions)

    def _find_stored_id(self, place: VaultPlace) -> str | None:
        # A vault is one project's, and no other project could use it.
        is_own = not _get_project(place).cloud and place.member_id == self._session.member_id
        return self._session.settings.vault_id if is_own else None

    def _build_commands(self, place: VaultPlace, _image_id: str | None) -> VaultCommands:
        """Build the commands for one project, because each has vaults of its own."""
        typed, project = TypedCommand(self._session.context), _get_project(place)
        only = {"--all-projects": None, "--projects-file": None, "--projects": project.name or project.id}
        only |= {name: value for name, value in (("--clouds", project.cloud), ("--regions", project.region)) if value}

        def use(word: str) -> str:
            return typed.build({}, {**only, "--vault": word})

        return VaultCommands(use, build_list_command(self._session))

    def _read(self, client: ImageClient, place: VaultPlace) -> list[Vault]:
        project, session = _get_project(place), self._session
        service = project.service
        if service is None or place.member_id is None:
            raise ConfigError(f"project {project} has no image service")
        # The settings are for one cloud, and both they and the catalog for the region of the login.
        setting = session.settings.vault_endpoint if not (project.cloud or project.region) else None
        from_catalog = client.credential.vault_endpoint if not project.region else None
        address = find_vault_address(setting, from_catalog, service.endpoint)
        return list_vaults_at(service.login.connections, address, client, place.member_id)

    def _keep_choice(self, vault: Vault, place: VaultPlace) -> None:
        self._choices.append(f"{_get_project(place)}: used backup vault {name_vault(vault)}, {describe_room(vault)}")


def _get_project(place: VaultPlace) -> FleetProject:
    return cast("FleetProject", place.fleet_project)
