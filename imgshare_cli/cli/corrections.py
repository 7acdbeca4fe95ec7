"""The command that was typed with what an error says would be right, for the error's hint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.cli.typed_command import TypedCommand

if TYPE_CHECKING:
    import typer

    from imgshare_cli.errors import ImgshareError


def add_corrected_command(error: ImgshareError, context: typer.Context) -> ImgshareError:
    """Return the error with the command that its correction makes: an option was meant so, an argument is an example.

    An option is added where it was not typed: on the command line it wins over the environment and the config file.
    """
    options = {name: value for name, value in error.correction.items() if name.startswith("--")}
    arguments = {name: value for name, value in error.correction.items() if name not in options}
    command = TypedCommand(context).build(arguments, options)
    if not options:
        return error.replace(hint=f"{error.hint}, for example {command}")
    return error.replace(hint=f"did you mean {command}?" + (f" {error.hint}" if error.hint else ""))
