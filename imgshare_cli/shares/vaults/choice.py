"""Which backup vault can hold a full-server image: pure rules, and the errors where none or several can."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli import hints
from imgshare_cli.api.vaults import GIB
from imgshare_cli.errors import NotFoundError, Reason, RefusedError, UsageError
from imgshare_cli.truncation import truncate_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imgshare_cli.api.vaults import Vault
    from imgshare_cli.errors import ImgshareError

AUTO = "auto"
GET_ONE = (
    "create a server backup vault with the protection type Backup in the console, "
    "under Cloud Backup and Recovery (pay-per-use vaults cost money)"
)
_MAX_LISTED = 20


class VaultCommands(NamedTuple):
    """The commands that errors about vaults show.

    Attributes:
        use: builds the command that was typed with a vault, or with a word that stands for one.
        show: lists the vaults.
    """

    use: Callable[[str], str]
    show: str


def find_obstacle(vault: Vault, needed: int | None = None) -> str | None:
    """Find out why a vault cannot hold an image; None where it can, as far as is known.

    Args:
        vault: a vault for backups of servers.
        needed: how many bytes the image takes; None where that is not known.
    """
    if (vault.status or "").lower() != "available":
        return f"its status is {hints.quote_unless_plain(vault.status) if vault.status else 'not known'}"
    if vault.free is None or vault.can_grow:
        return None
    if vault.free == 0:
        return "it is full"
    if needed is not None and vault.free < needed:
        return f"it has {format_gib(vault.free)} free, and the image takes {format_gib(needed)}"
    return None


def sort_vaults(vaults: Sequence[Vault], needed: int | None = None) -> list[Vault]:
    """Sort vaults: those that can be used come first, and of these the ones with most room."""
    return sorted(
        vaults, key=lambda vault: (find_obstacle(vault, needed) is not None, -(vault.free or 0), vault.name or "")
    )


def choose_vault(wanted: str, vaults: Sequence[Vault], needed: int | None, commands: VaultCommands) -> Vault:
    """Choose the vault that a word stands for.

    Args:
        wanted: the ID or the whole name of a vault, or `auto` for the only one that can be used.
        vaults: the vaults of the project.
        needed: how many bytes the image takes; None where that is not known.
        commands: the commands that errors show.

    Raises:
        UsageError: it stands for several.
        NotFoundError: it stands for none.
        RefusedError: the vault cannot be used, or none can.
    """
    if wanted == AUTO:
        return _choose_only(vaults, needed, commands)
    matching = [vault for vault in vaults if wanted in {vault.id, vault.name}]
    if not matching:
        raise _create_unknown_error(wanted, vaults, commands)
    if len(matching) > 1:
        raise UsageError(
            f"{len(matching)} backup vaults are named {hints.quote_text(wanted)}",
            hint=f"use the ID of the one you mean: {commands.use('ID')}",
            details=describe_vaults(matching, needed),
        )
    if obstacle := find_obstacle(matching[0], needed):
        raise RefusedError(
            f"backup vault {name_vault(matching[0])} cannot be used: {obstacle}",
            hint=f"{commands.show} lists the vaults",
            reason=Reason.VAULT,
        )
    return matching[0]


def _create_unknown_error(wanted: str, vaults: Sequence[Vault], commands: VaultCommands) -> NotFoundError:
    usable = [vault for vault in vaults if find_obstacle(vault) is None]
    return NotFoundError(
        f"no backup vault of the project has the name or ID {hints.quote_text(wanted)}"
        + ("; these can be used" if usable else ""),
        hint=f"use the ID of one: {commands.use('ID')}" if usable else GET_ONE,
        details=describe_vaults(usable),
        reason=Reason.VAULT,
    )


def _choose_only(vaults: Sequence[Vault], needed: int | None, commands: VaultCommands) -> Vault:
    usable = [vault for vault in vaults if find_obstacle(vault, needed) is None]
    if len(usable) == 1:
        return usable[0]
    if usable:
        raise UsageError(
            f"{len(usable)} backup vaults can be used, and auto takes one only where there is no other",
            hint=f"use the ID of one: {commands.use('ID')}",
            details=describe_vaults(usable, needed),
        )
    raise RefusedError(
        "no backup vault of the project can be used" if vaults else "the project has no backup vault for servers",
        hint=GET_ONE,
        details=describe_vaults(vaults, needed),
        reason=Reason.VAULT,
    )


def create_missing_error(
    error: ImgshareError, vaults: Sequence[Vault], needed: int | None, commands: VaultCommands
) -> ImgshareError:
    """Create the error for an image that needs a vault, with what to type.

    Args:
        error: the service's refusal.
        vaults: the vaults of the project.
        needed: how many bytes the image takes; None where that is not known.
        commands: the commands that it shows.
    """
    usable = [vault for vault in vaults if find_obstacle(vault, needed) is None]
    if len(usable) == 1:
        vault = usable[0]
        return explain_missing_vault(error).replace(
            hint=f"{commands.use(vault.id)} uses the vault {describe_name(vault)}, {describe_room(vault)}"
        )
    others = "; no backup vault of the project can be used" if vaults else "; the project has none"
    explained = explain_missing_vault(error, "" if usable else others)
    hint = f"use the ID of one: {commands.use('ID')}" if usable else GET_ONE
    return explained.replace(hint=hint, details=describe_vaults(vaults, needed))


def explain_missing_vault(error: ImgshareError, more: str = "") -> ImgshareError:
    """Return a refusal with the reason that a vault is needed; the service's own words follow it."""
    explanation = f"it needs a backup vault, as full-server images do{more}"
    return error.replace(explanation=add_quote(explanation, error), reason=Reason.VAULT)


def add_quote(explanation: str, error: ImgshareError) -> str:
    """Add the service's own words, which an error quotes, to a better explanation than that of the error."""
    _, mark, quote = error.explanation.partition(': "')
    return f"{explanation}{mark}{quote}"


def describe_vaults(vaults: Sequence[Vault], needed: int | None = None) -> list[str]:
    """Describe each vault in a line, those that can be used first."""
    return truncate_lines([describe_vault(vault, needed) for vault in sort_vaults(vaults, needed)], _MAX_LISTED)


def describe_vault(vault: Vault, needed: int | None = None) -> str:
    """Describe a vault in a line."""
    obstacle = find_obstacle(vault, needed)
    ending = f"cannot be used: {obstacle}" if obstacle else f"usable, {describe_room(vault)}"
    return f"{hints.quote_unless_plain(vault.id)}  {describe_name(vault)}  {ending}"


def name_vault(vault: Vault) -> str:
    """Name a vault in a sentence, by its name and its ID."""
    return f"{describe_name(vault)} ({hints.quote_unless_plain(vault.id)})"


def describe_name(vault: Vault) -> str:
    """Return the quoted name of a vault."""
    return hints.quote_text(vault.name or "")


def describe_room(vault: Vault) -> str:
    """Describe how much more a vault can hold."""
    free = "unknown room" if vault.free is None else f"{format_gib(vault.free)} free"
    return f"{free}, grows when full" if vault.can_grow else free


def format_gib(count: int | None) -> str:
    """Format a number of bytes in GiB, the unit in which vaults are sold."""
    return "-" if count is None else f"{count / GIB:,.1f} GiB"
