"""The backup vaults of a command: where they are listed, which is meant, and what is said about them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from imgshare_cli import hints
from imgshare_cli.api.models import Status
from imgshare_cli.api.vault_address import find_vault_address
from imgshare_cli.api.vault_client import VaultClient
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.config.service_url import VAULT_ENDPOINT
from imgshare_cli.errors import ConfigError, ImgshareError, InterruptedByUserError, Reason, UsageError
from imgshare_cli.shares.decisions import decide_share
from imgshare_cli.shares.vaults.choice import AUTO, VaultCommands, describe_room, describe_vault, name_vault
from imgshare_cli.shares.vaults.decisions import VaultDecisions, VaultPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imgshare_cli.api.connections import Connections
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.models import Member
    from imgshare_cli.api.vaults import Vault
    from imgshare_cli.cli.session import Session
    from imgshare_cli.cli.target import ShareTarget
    from imgshare_cli.errors import ServiceError

_MAX_CHOICES = 20
_IGNORED = "note: --vault had no effect: the image service is Glance, which has no backup vaults"


def create_vault_decisions(session: Session, given: str | None, **parts: Any) -> VaultDecisions[Any]:
    """Create what accepts shares with vaults.

    Args:
        session: the run.
        given: the value of --vault, if there is one.
        parts: other fields of `VaultDecisions` than usual.

    Raises:
        UsageError: the value is empty, as from a variable that is not set.
    """
    if given is not None and not given.strip():
        raise UsageError("--vault is empty", hint="pass the ID or the name of a vault, or auto; or omit it")
    usual: dict[str, Any] = {
        "find_stored_id": lambda _place: session.settings.vault_id,
        "build_commands": lambda _place, _image_id: _build_commands(session),
        "read": lambda client, place: read_vaults(session, client, place.member_id),
        "report": lambda vault, _place: report_choice(session, vault),
        "find_jobs": session.find_jobs,
    }
    return VaultDecisions(given, **{**usual, **parts})


def open_given_vault(session: Session, given: str, member_id: str | None) -> VaultDecisions[Member]:
    """Create what accepts shares with the vault of the option, which is found before an image is looked for.

    Raises:
        ImgshareError: it cannot be found or used.
    """
    vaults = create_vault_decisions(session, given)
    vaults.check_given(session.client, VaultPlace(member_id))
    return vaults


def _build_commands(session: Session) -> VaultCommands:
    typed = TypedCommand(session.context)
    return VaultCommands(lambda word: typed.build({}, {"--vault": word}), build_list_command(session))


def build_list_command(session: Session) -> str:
    """Build the command that lists the vaults, at the same service."""
    return TypedCommand(session.context).build_other("vaults")


def read_vaults(session: Session, client: ImageClient, project_id: str | None) -> list[Vault]:
    """Ask the backup service for the vaults of a project.

    Raises:
        ConfigError: the service or the project is not known.
        ImgshareError: the service refuses or does not answer.
    """
    if project_id is None:
        raise ConfigError("the project whose vaults are meant is not known", hint="pass its ID with --project ID")
    setting, credential = session.settings.vault_endpoint, client.credential
    is_profile_service = session.settings.is_profile_service
    address = find_vault_address(
        setting, credential.vault_endpoint, session.endpoint, is_profile_service=is_profile_service
    )
    return list_vaults_at(session.connections, address, client, project_id)


def list_vaults_at(connections: Connections, address: str, client: ImageClient, project_id: str) -> list[Vault]:
    """List the vaults of a project with the credential of a client of the image service."""
    with connections.connect_briefly(
        address, auth=client.auth, cacert=client.credential.cacert, setting=VAULT_ENDPOINT
    ) as transport:
        try:
            return VaultClient(transport, client.credential).list_vaults(project_id)
        except ImgshareError as exc:
            # It is no refusal of the image, which the command line would look into.
            raise exc.replace(reason=exc.reason or Reason.VAULT) from exc


def accept_with_vault(
    session: Session, vaults: VaultDecisions[Member], target: ShareTarget, image_id: str, member_id: str | None
) -> Member:
    """Accept a share with the vault that was given; `auto` needs to know how large the image is."""
    image = target.find_image(image_id) if vaults.given == AUTO else None
    member = vaults.accept(session.client, image_id, VaultPlace(member_id), image)
    note_ignored_vault(session, vaults)
    return member


def accept_again(session: Session, image_id: str, member_id: str | None, error: ServiceError) -> Member:
    """Accept a share again if the service refused because it needs a vault, and one is stored or the user chooses one.

    Raises:
        ServiceError: the refusal, with what to do about it.
    """
    ask = partial(_ask, session) if session.is_attended else None
    vaults = create_vault_decisions(session, None, ask=ask)
    return vaults.accept_again(session.client, image_id, VaultPlace(member_id), error)


def build_decide(session: Session) -> Callable[[str, str, Status], Member]:
    """Build what decides about one share after the other, for a review, which shows errors without their hints."""
    typed = TypedCommand(session.context)

    def build_commands(_place: VaultPlace, image_id: str | None) -> VaultCommands:
        image = hints.quote_word(image_id, "IMAGE")
        return VaultCommands(
            lambda word: typed.build_other("accept", image, "--vault", hints.quote_word(word, "VAULT")),
            build_list_command(session),
        )

    vaults = create_vault_decisions(session, None, build_commands=build_commands)

    def decide(image_id: str, member_id: str, status: Status) -> Member:
        if status is not Status.ACCEPTED:
            return decide_share(session.client, image_id, member_id, status, find_jobs=session.find_jobs)
        try:
            return vaults.accept(session.client, image_id, VaultPlace(member_id))
        except ImgshareError as exc:
            if exc.reason is not Reason.VAULT:
                raise
            raise exc.replace(note="; ".join(filter(None, [exc.note, exc.hint]))) from exc

    return decide


def _ask(session: Session, image_id: str, vaults: Sequence[Vault]) -> Vault:
    from imgshare_cli.terminal.questions import ask_choice

    output = session.output
    output.stop_progress()
    output.print_note(f"image {image_id} needs a backup vault, as full-server images do; these can be used:")
    choices = {vault.id: describe_vault(vault) for vault in vaults[:_MAX_CHOICES]}
    answer = ask_choice(output, "Number of the vault, or Enter for none", choices)
    if not answer:
        raise InterruptedByUserError("nothing was changed")
    return next(vault for vault in vaults if vault.id == answer)


def report_choice(session: Session, vault: Vault) -> None:
    """Say which vault `auto` chose."""
    if not session.output.as_json:
        session.output.stop_progress()
        session.output.print_note(f"note: using backup vault {name_vault(vault)}, {describe_room(vault)}")


def note_ignored_vault(session: Session, decisions: VaultDecisions[Any]) -> None:
    """Say that the service took a vault that it does not know."""
    if decisions.was_ignored and not session.output.as_json:
        session.output.print_note(_IGNORED)
