"""`help`: what --help shows."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from imgshare_cli import hints
from imgshare_cli.errors import UsageError


def complete_commands(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """List the commands that the next word can name, for completion."""
    group_ctx: Any = ctx.find_root()
    for word in ctx.params.get("words") or ():
        group_ctx = _enter_command(group_ctx, word)
    group = group_ctx.command
    names = group.list_commands(group_ctx) if hasattr(group, "list_commands") else ()
    commands = {name: group.get_command(group_ctx, name) for name in names if name.startswith(incomplete)}
    return [(name, command.get_short_help_str()) for name, command in commands.items()]


CommandArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[COMMAND]...",
        help="The command, such as accept or config set. [default: all commands]",
        show_default=False,
        autocompletion=complete_commands,
    ),
]


def help_(ctx: typer.Context, words: CommandArgument = None) -> None:
    """Show the help of a command, as `--help` does."""
    command_ctx: Any = ctx.find_root()
    for word in words or ():
        command_ctx = _enter_command(command_ctx, word)
    typer.echo(command_ctx.get_help())


def _enter_command(ctx: Any, word: str) -> Any:
    """Return the context of a command within a group.

    Raises:
        UsageError: what should be a group is a command.
    """
    group = ctx.command
    if not hasattr(group, "resolve_command"):
        raise UsageError(
            f"{ctx.command_path} has no commands of its own",
            hint=f"{hints.build_command('help', *ctx.command_path.split()[1:])} shows its usage",
        )
    _, command, _ = group.resolve_command(ctx, [word])
    return command.context_class(command, info_name=word, parent=ctx, **command.context_settings)
