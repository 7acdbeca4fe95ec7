"""`config`: the config file, read and changed key by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from imgshare_cli import hints
from imgshare_cli.cli.config_keys import check_key, parse_value, resolve_key_path
from imgshare_cli.cli.options import (
    Command,
    json_option_only,
    profile_and_json_options,
    profile_option_only,
    with_session,
)
from imgshare_cli.cli.session import Session
from imgshare_cli.config.config_file import find_config_path
from imgshare_cli.config.known_keys import CHOICES, DECISION_LOG, OFF, PROFILE_KEYS, TOP_VALUES
from imgshare_cli.errors import UsageError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

HIDDEN = "(hidden)"


class CommandGroup(TyperGroup):
    """A group of commands, whose help ends with examples."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        from imgshare_cli.cli import help_text

        summaries = {name: command.get_short_help_str() for name, command in self.commands.items()}
        help_text.write_group_help(self, ctx, formatter, {"Commands": summaries})

    get_short_help_str = Command.get_short_help_str


app = typer.Typer(
    cls=CommandGroup,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def complete_keys(incomplete: str) -> list[str]:
    """List the keys that can be read and set, for completion."""
    from imgshare_cli.cli.completion_values import list_values

    owners = [f"owners.{name}" for name, _ in list_values("owners", "")]
    return [key for key in (*TOP_VALUES, *PROFILE_KEYS, *owners) if key.startswith(incomplete) and key != "token"]


def complete_values(ctx: typer.Context, incomplete: str) -> list[str]:
    """List the values that the key can have, for completion; for most keys there is no list."""
    last = str(ctx.params.get("key")).rpartition(".")[2]
    values = (OFF,) if last == DECISION_LOG else CHOICES.get(last, ())
    return [value for value in values if value.startswith(incomplete)]


KeyArgument = Annotated[
    str,
    typer.Argument(
        metavar="KEY",
        help="default_profile, decision_log, a profile's key such as endpoint, profiles.NAME.KEY, or owners.NAME.",
        show_default=False,
        autocompletion=complete_keys,
    ),
]
ValueArgument = Annotated[
    str,
    typer.Argument(metavar="VALUE", help="The new value.", show_default=False, autocompletion=complete_values),
]


@app.callback(invoke_without_command=True)
def root(ctx: typer.Context) -> None:
    """Show or change the config file."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


@app.command("path", cls=Command)
@with_session(json_option_only)
def path(session: Session) -> None:
    """Print the path of the config file."""
    _print_value(session, str(find_config_path(session.environ)))


def _print_value(session: Session, value: Any) -> None:
    if session.output.as_json:
        session.output.print_json(value)
    else:
        session.output.print_line(str(value))


@app.command("list", cls=Command)
@with_session(json_option_only)
def list_(session: Session) -> None:
    """Print all settings in the config file; tokens are hidden."""
    if session.output.as_json:
        session.output.print_json(_build_document(session))
        return
    if session.file.default_profile:
        session.output.print_line(f"default_profile={session.file.default_profile}")
    if session.file.decision_log:
        session.output.print_line(f"{DECISION_LOG}={session.file.decision_log}")
    for name, owner_id in session.file.owners.ids.items():
        session.output.print_line(f"owners.{name}={owner_id}")
    for name, profile in session.file.profiles.items():
        for key, value in profile.items():
            session.output.print_line(f"profiles.{name}.{key}={HIDDEN if key == 'token' else value}")


def _build_document(session: Session) -> dict[str, Any]:
    """Build what the file holds, without its tokens."""
    return {
        "default_profile": session.file.default_profile,
        DECISION_LOG: session.file.decision_log,
        "owners": dict(session.file.owners.ids),
        "profiles": {
            name: {key: HIDDEN if key == "token" else value for key, value in profile.items()}
            for name, profile in session.file.profiles.items()
        },
    }


@app.command("get", cls=Command)
@with_session(profile_and_json_options)
def get(session: Session, key: KeyArgument) -> None:
    """Print one setting from the config file."""
    check_key(session, "get", key)
    key_path = resolve_key_path(session, key)
    value: Any = _build_document(session)
    for part in key_path:
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, Mapping):
        example = next(iter(value), "endpoint")
        shows = hints.build_command("config", "get", hints.quote_word(f"{key}.{example}", "KEY"))
        raise UsageError(f"{'.'.join(key_path)} is a table", hint=f"name a key in it, for example {shows}")
    if value is None:
        shows = hints.build_command("config", "list")
        raise UsageError(f"{'.'.join(key_path)} is not set in {session.file.path}", hint=f"{shows} shows what is set")
    if key_path[-1] == "token":
        raise UsageError("tokens are not shown", hint=f"it is in {session.file.path}")
    _print_value(session, value)


@app.command("set", cls=Command)
@with_session(profile_option_only)
def set_(
    session: Session,
    key: KeyArgument,
    value: ValueArgument,
) -> None:
    """Change one setting; comments and order are kept."""
    from imgshare_cli.config.config_edit import edit_config_file, set_value

    check_key(session, "set", key, value)
    key_path = resolve_key_path(session, key)
    if key_path[-1] == "token":
        raise UsageError(
            "other users of this machine can read a token on the command line",
            hint=f"{hints.build_command('login')} prompts for it instead",
        )
    new_value = parse_value(session, key, value)

    def change(document: TOMLDocument) -> None:
        if key == "default_profile" and value not in document.get("profiles", {}):
            log_in = hints.build_command("login", *hints.build_options({"--profile": value}))
            raise UsageError(f"profile {value!r} does not exist; nothing was changed", hint=f"{log_in} creates one")
        set_value(document, key_path, new_value)

    edit_config_file(find_config_path(session.environ), change)


@app.command("unset", cls=Command)
@with_session(profile_option_only)
def unset(session: Session, key: KeyArgument) -> None:
    """Remove one setting, or a whole profile with `profiles.NAME`."""
    from imgshare_cli.config.config_edit import edit_config_file, remove_value

    # An unknown key in the file is removed like any other; `profiles.NAME` is known whatever follows in it.
    if not key.startswith(("owners.", "profiles.")):
        check_key(session, "unset", key)
    key_path = resolve_key_path(session, key)

    def change(document: TOMLDocument) -> None:
        # The name of a profile may hold dots itself.
        whole = ("profiles", key.removeprefix("profiles."))
        profiles = document.get("profiles")
        where = whole if isinstance(profiles, Mapping) and whole[1] in profiles else key_path
        if not remove_value(document, where):
            check_key(session, "unset", key)
            session.output.print_note(f"note: {'.'.join(where)} was not set")

    edit_config_file(find_config_path(session.environ), change, check=False)
