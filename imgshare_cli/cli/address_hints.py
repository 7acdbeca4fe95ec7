"""The command that corrects an address without `https://`, wherever that address comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.config.precedence import ENDPOINT_VARIABLES
from imgshare_cli.config.service_url import AUTH_URL, ENDPOINT

if TYPE_CHECKING:
    from imgshare_cli.cli.session import Session
    from imgshare_cli.config.service_url import MissingSchemeError

_OPTIONS = ("--endpoint", "--auth-url")
_VARIABLES = {
    ENDPOINT.name: ENDPOINT_VARIABLES,
    "--auth-url": ("OS_AUTH_URL",),  # which stands for the option
    "OS_AUTH_URL": ("OS_AUTH_URL",),
}


def add_correction(error: MissingSchemeError, session: Session) -> MissingSchemeError:
    """Return the error with the command to paste, or as it is where no command can change the address."""
    command = _build_correction(error, session)
    return error.replace(hint=f"did you mean {command}?") if command else error


def _build_correction(error: MissingSchemeError, session: Session) -> str | None:
    name = error.setting.name
    if name.startswith(AUTH_URL.name):
        return None  # it is in clouds.yaml, which is not ours to change
    typed = TypedCommand(session.context)
    changes = {option: error.corrected for option in _OPTIONS if typed.options.get(option) == error.text}
    if changes:
        return typed.build({}, changes)
    for variable in _VARIABLES.get(name, ()):
        if session.environ.get(variable) == error.text:
            return hints.build_export_command(variable, hints.quote_word(error.corrected, "URL"))
    if name == ENDPOINT.name and session.file.profiles.get(session.profile, {}).get("endpoint") == error.text:
        profile = hints.build_options({"--profile": session.flags.profile})
        return hints.build_command("config", "set", "endpoint", hints.quote_word(error.corrected, "URL"), *profile)
    return None
