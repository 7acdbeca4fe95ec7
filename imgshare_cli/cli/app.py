"""The map of commands, and the boundary where errors become exit codes."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from imgshare_cli import __version__
from imgshare_cli.cli.invocation import Invocation
from imgshare_cli.cli.options import Command
from imgshare_cli.config.service_url import MissingSchemeError
from imgshare_cli.errors import ForbiddenError, ImgshareError, InterruptedByUserError, NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMAND_GROUPS = {
    "Inbox": {
        "list": "list:list_",
        "review": "review:review",
        "accept": "decide:accept",
        "reject": "decide:reject",
        "reset": "decide:reset",
        "show": "show:show",
        "vaults": "vaults:vaults",
    },
    "Rules": {
        "rules": "rules:app",
        "plan": "plan:plan",
        "apply": "apply:apply",
        "watch": "watch:watch",
        "log": "log:log",
        "verify": "verify:verify",
    },
    "Sharing": {
        "members": "members:members",
        "share": "share:share",
        "unshare": "unshare:unshare",
        "audit": "audit:audit",
    },
    "Setup": {
        "login": "login:login",
        "logout": "logout:logout",
        "status": "status:status",
        "config": "config:app",
        "sandbox": "sandbox:sandbox",
        "completion": "completion:completion",
        "help": "help:help_",
    },
}
COMMANDS = {name: path for group in COMMAND_GROUPS.values() for name, path in group.items()}
_STYLE: dict[str, Any] = {
    "rich_markup_mode": None,  # rich would double the time of --help
    "pretty_exceptions_enable": False,
    "add_completion": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}


class _Commands(TyperGroup):
    """The commands of the map, each imported and built when it is named: a run pays for the one it runs."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        names: dict[str, Any] = dict.fromkeys(COMMANDS)
        self.commands = names  # what typer suggests from after a typing error

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  (typer's signature)
        """Build the command of this name, if there is one."""
        if cmd_name not in COMMANDS:
            return None
        command = _import_command(cmd_name)
        if isinstance(command, typer.Typer):
            command = typer.main.get_command(command)
            command.name = cmd_name
            return command
        single_app = typer.Typer(**_STYLE)
        single_app.command(cmd_name, cls=Command)(command)
        return typer.main.get_command(single_app)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, with the commands in groups."""
        from imgshare_cli.cli import help_text

        sections = {head: {name: _get_summary(name) for name in names} for head, names in COMMAND_GROUPS.items()}
        help_text.write_group_help(self, ctx, formatter, sections)


def _import_command(name: str) -> Any:
    module, _, attribute = COMMANDS[name].partition(":")
    return getattr(import_module(f"imgshare_cli.cli.commands.{module}"), attribute)


def _get_summary(name: str) -> str:
    # Without building the command, which takes ten times as long.
    command = _import_command(name)
    group = getattr(command, "registered_callback", None)
    return str((group.callback if group else command).__doc__).partition("\n")[0]


app = typer.Typer(name="imgshare", cls=_Commands, **_STYLE)


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context, *, version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False
) -> None:
    """Accept or reject cloud images that other projects share with you."""
    if version:
        typer.echo(f"imgshare {__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; return its exit code. Whatever happens, it ends in a sentence, not in a traceback."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    invocation = Invocation(as_json="--json" in _cut_foreign_arguments(arguments))
    try:
        _run_command(arguments, invocation)
        if sys.stdout:
            sys.stdout.flush()
    except typer.Exit as exc:
        return exc.exit_code
    except BrokenPipeError:
        _discard_stdout()  # the reader has what it wanted, and the work is done
    except (Exception, KeyboardInterrupt) as exc:  # noqa: BLE001  (here all of them become sentences)
        if isinstance(exc, MemoryError):
            # The frames in its traceback hold on to what takes the memory. Those of earlier ones may be in a cycle.
            exc.__traceback__ = exc.__context__ = None
            gc.collect()
        error = _convert_error(exc, invocation, arguments)
        invocation.output.print_error(error)
        return error.exit_code
    finally:
        invocation.close()
    return 0


def _cut_foreign_arguments(arguments: list[str]) -> list[str]:
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def _run_command(arguments: list[str], invocation: Invocation) -> None:
    command = typer.main.get_command(app)
    if "_IMGSHARE_COMPLETE" in os.environ:
        from imgshare_cli.cli.completion import answer_completion

        answer_completion(command, arguments)
    # What follows `sandbox --` is another program's.
    for argument in _cut_foreign_arguments(arguments) if arguments[:1] == ["sandbox"] else arguments:
        if not argument.isascii() and any("\ud800" <= char <= "\udfff" for char in argument):
            raise UsageError(f"the argument {argument[:60]!r} is not UTF-8 text", hint="check the terminal's encoding")
    # Not main() here: it would turn a closed pipe into a failure.
    with command.make_context("imgshare", list(arguments), obj=invocation) as context:
        command.invoke(context)


def _convert_error(exc: BaseException, invocation: Invocation, arguments: list[str]) -> ImgshareError:
    if isinstance(exc, ImgshareError):
        return _add_suggestion(exc, invocation)
    if isinstance(exc, KeyboardInterrupt):
        return InterruptedByUserError("interrupted")
    if isinstance(exc, typer.TyperException):
        from imgshare_cli.cli.usage_errors import convert_usage_error

        return convert_usage_error(exc, arguments, COMMANDS)
    from imgshare_cli.cli.resource_errors import describe_output_failure
    from imgshare_cli.cli.unexpected_errors import convert_unexpected_error

    if error := describe_output_failure(exc):
        _discard_stdout()
        return error
    return convert_unexpected_error(exc, invocation)


def _add_suggestion(error: ImgshareError, invocation: Invocation) -> ImgshareError:
    session = invocation.last_session
    if session is None:
        return error
    if isinstance(error, MissingSchemeError):
        from imgshare_cli.cli.address_hints import add_correction

        return add_correction(error, session)
    if not isinstance(error, UsageError | NotFoundError | ForbiddenError):
        return error
    from imgshare_cli.cli.suggestions import add_suggestion

    return add_suggestion(error, session)


def _discard_stdout() -> None:
    # Python flushes stdout once more when it ends, and would fail on it once more.
    if sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
