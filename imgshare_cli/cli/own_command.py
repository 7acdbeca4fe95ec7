"""The command that the user typed, built again with other arguments, for hints."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from imgshare_cli import hints

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typer

    from imgshare_cli.errors import ImgshareError

Error = TypeVar("Error", bound="ImgshareError")


def add_correction(error: Error, context: typer.Context) -> Error:
    """Create a copy of an error whose hint ends with a command that the user can paste."""
    return error.replace(hint=f"{error.hint}, for example {build_own_command(context, error.correction)}")


def build_own_command(context: typer.Context, changes: Mapping[str, str | bool]) -> str:
    """Build the command that runs, with every argument and option as it was typed.

    Args:
        context: the command, as it was parsed.
        changes: the values that replace or add to what was typed, by the name of the parameter.
    """
    arguments: list[str | hints.Word] = []
    options: list[str | hints.Word] = []
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        if name not in changes and (source is None or source.name != "COMMANDLINE"):
            continue
        value = changes.get(name, context.params.get(name))
        if parameter.param_type_name == "argument":
            placeholder = (parameter.metavar or name).strip("[]….").upper()
            values = value if isinstance(value, list | tuple) else [value]
            arguments += [hints.quote_word(str(one), placeholder) for one in values]
        else:
            option = max(parameter.opts, key=len)  # the long form
            options += hints.build_options({option: value if isinstance(value, bool) else str(value)})
    return hints.build_command(context.info_name or "", *arguments, *options)
