"""Writes the help of commands: their own options, those of all commands in a group, and examples at the end."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from imgshare_cli.cli.help_examples import EXAMPLES
from imgshare_cli.config.settings import Flags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Added by typer: what the usage line says already, and limits that the texts explain where they matter.
_EXTRAS = re.compile(r"  \[([^\[\]]*)\]$")


def write_command_help(command: Any, ctx: Any, formatter: Any) -> None:
    """Write the help of a command.

    Args:
        command: the command.
        ctx: typer's context of it.
        formatter: where to write.
    """
    _write_introduction(command, ctx, formatter)
    parameters = command.get_params(ctx)
    arguments = [one for one in parameters if one.param_type_name == "argument"]
    options = [one for one in parameters if one.param_type_name == "option"]
    flags = {field.name for field in fields(Flags)}
    common = [one for one in options if (one.name in flags and not one.rich_help_panel) or one.name == "help"]
    panels: dict[str, list[Any]] = {one.rich_help_panel: [] for one in options if one.rich_help_panel}
    for one in options:
        panels.get(one.rich_help_panel, []).append(one)
    own = [one for one in options if one not in common and not one.rich_help_panel]
    if len(common) == 1:  # --help alone makes no group
        own, common = options, []
    _write_parameters("Arguments", arguments, ctx, formatter)
    _write_parameters("Options", own, ctx, formatter)
    for heading, many in panels.items():
        _write_parameters(heading, many, ctx, formatter)
    _write_parameters("Common options", common, ctx, formatter)
    _write_examples(ctx, formatter)


def write_group_help(group: Any, ctx: Any, formatter: Any, sections: Mapping[str, Mapping[str, str]]) -> None:
    """Write the help of a group of commands.

    Args:
        group: the group.
        ctx: typer's context of it.
        formatter: where to write.
        sections: the names and summaries of its commands, by the headings to show them under.
    """
    _write_introduction(group, ctx, formatter)
    width = max(len(name) for names in sections.values() for name in names)
    for heading, summaries in sections.items():
        with formatter.section(heading):
            formatter.write_dl([(name.ljust(width), summary) for name, summary in summaries.items()])
    _write_parameters("Options", group.get_params(ctx), ctx, formatter)
    _write_examples(ctx, formatter)


def _write_introduction(command: Any, ctx: Any, formatter: Any) -> None:
    # typer puts braces around the arguments that must be there.
    pieces = [piece.strip("{}") for piece in command.collect_usage_pieces(ctx)]
    formatter.write_usage(ctx.command_path, " ".join(pieces))
    command.format_help_text(ctx, formatter)


def _write_parameters(heading: str, parameters: Sequence[Any], ctx: Any, formatter: Any) -> None:
    if parameters:
        with formatter.section(heading):
            formatter.write_dl([_describe_parameter(parameter, ctx) for parameter in parameters])


def _describe_parameter(parameter: Any, ctx: Any) -> tuple[str, str]:
    name, text = parameter.get_help_record(ctx)
    extras = _EXTRAS.search(text)
    if extras is None:
        return name, text
    default = next((extra for extra in extras[1].split("; ") if extra.startswith("default: ")), None)
    return name, text[: extras.start()] + (f" [{default}]" if default else "")


def _write_examples(ctx: Any, formatter: Any) -> None:
    formatter.write_paragraph()
    formatter.write_heading("Examples")
    lines = [f"  # {comment}\n  {example}\n" for comment, example in EXAMPLES[ctx.command_path]]
    formatter.write("\n".join(lines))
