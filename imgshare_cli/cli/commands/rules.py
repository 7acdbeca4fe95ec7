"""`rules`: the file of rules."""

from __future__ import annotations

from typing import Annotated

import typer

from imgshare_cli.cli.commands.config import CommandGroup
from imgshare_cli.cli.options import Command, json_option_only, with_session
from imgshare_cli.cli.rule_files import open_rules
from imgshare_cli.cli.session import Session

app = typer.Typer(
    cls=CommandGroup,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

FileArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="FILE",
        help="The file of rules. [default: IMGSHARE_RULES, or rules.toml beside the config file]",
        show_default=False,
    ),
]


@app.callback(invoke_without_command=True)
def root(ctx: typer.Context) -> None:
    """Check the rules by which `plan` and `apply` decide."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


@app.command("check", cls=Command)
@with_session(json_option_only)
def check(session: Session, file: FileArgument = None) -> None:
    """Check the rules, and print what was understood; asks no service.

    The first rule that matches an image decides about it, and an image that matches none stays pending.
    """
    from imgshare_cli.terminal.plan_columns import build_rule_columns

    rule_set = open_rules(session, file)
    if session.output.as_json:
        session.output.print_array(rule.to_json() for rule in rule_set.rules)
        return
    session.output.print_table(build_rule_columns(), rule_set.rules)
    if session.output.is_at_terminal():
        count = len(rule_set.rules)
        session.output.print_note(f"{count} {'rule' if count == 1 else 'rules'} in {rule_set.path}")
