"""Turns more arguments than a command takes into a sentence: several images, a name with spaces, a cloud."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from imgshare_cli import hints
from imgshare_cli.api.models import is_image_id, is_project_id
from imgshare_cli.cli.id_prefixes import READING_COMMANDS, is_id_prefix
from imgshare_cli.cli.last_list import read_listed_images
from imgshare_cli.cli.login_hints import suggest_login
from imgshare_cli.cli.rule_files import RULES_SUFFIX
from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.errors import UsageError
from imgshare_cli.hints import is_plain

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_MAX_SHOWN = 60


def convert_extra_arguments(
    context: Any, arguments: Sequence[str], options: Mapping[str, bool], usage: str
) -> UsageError:
    """Convert the error of a command that takes fewer arguments.

    Args:
        context: the context in which typer has parsed the command.
        arguments: the command line, without the program.
        options: the options of the command, and whether each takes a value.
        usage: the hint where nothing else is known.
    """
    typed, name = TypedCommand(context), context.command_path.removeprefix("imgshare ")
    words = _list_arguments(arguments, options)[len(typed.names) :]
    taken = sum(parameter.param_type_name == "argument" for parameter in context.command.params)
    if name == "login":
        return UsageError(
            f"{hints.build_command('login')} takes no argument: other users of this machine can read a token on "
            "the command line",
            hint=suggest_login(words[0], os.environ),
        )
    listed = read_listed_images(context.obj.environ) if "image" in typed.arguments else {}
    if "image" in typed.arguments and _are_images(words, listed.values()):
        runs_each = f"{typed.build_xargs()} runs it for each line of its input"
        if "--from" in options and not set(words) & {*listed.values()}:  # there a name needs quotes
            at_once = typed.build({"image": None, "member": None}, {"--from": "-"})
            runs_each += f", and {at_once} takes all of them at once"
        if name not in READING_COMMANDS and any(is_id_prefix(word) and word not in listed.values() for word in words):
            whole = typed.build_other("list", "--status", "all", "--long")
            runs_each += f", where an ID must be whole; {whole} shows whole IDs"
        return UsageError(f"{name} takes one image at a time, not {len(words)}", hint=runs_each)
    if "image" in typed.arguments and not is_project_id(words[1]):
        meant = [image for image, other in listed.items() if other == " ".join(words)]
        changes = {"image": meant[0] if len(meant) == 1 else "ID", "member": None}
        quoted = f", {hints.quote_text(' '.join(words)[:_MAX_SHOWN])}" if meant else ""
        return UsageError(
            f"{name} takes one IMAGE at a time, not {len(words)} words",
            hint=f"a name with spaces needs quotes{quoted}, or its ID: {typed.build(changes)}",
        )
    if "--rules" in options and words[taken].endswith(RULES_SUFFIX):
        usage = f"did you mean {typed.build({}, {'--rules': words[taken]})}?"
    return UsageError(f"{name} does not take the argument {hints.quote_text(words[taken][:_MAX_SHOWN])}", hint=usage)


def _are_images(words: Sequence[str], names: Collection[str]) -> bool:
    """Whether each word is an image of its own, and not all together the name of one."""
    if is_image_id(words[0]) and is_image_id(words[1]):
        return True
    return " ".join(words) not in names and all(
        is_image_id(word) or (not is_project_id(word) and (is_id_prefix(word) or (word in names and is_plain(word))))
        for word in words
    )


def _list_arguments(words: Sequence[str], options: Mapping[str, bool]) -> list[str]:
    """List the words that are neither options nor their values."""
    remaining = iter(words)
    found: list[str] = []
    for word in remaining:
        if word == "--":
            return [*found, *remaining]
        if not word.startswith("-") or word == "-":
            found.append(word)
        elif options.get(word):
            next(remaining, None)
    return found
