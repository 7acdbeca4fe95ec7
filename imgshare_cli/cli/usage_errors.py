"""Turns what typer says about a command line into sentences, with the command that was probably meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from imgshare_cli import hints
from imgshare_cli.cli.extra_arguments import convert_extra_arguments
from imgshare_cli.cli.typed_command import build_words
from imgshare_cli.errors import UsageError
from imgshare_cli.spelling import NAMES, find_close

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import typer

_MAX_SHOWN = 60


def convert_usage_error(exc: typer.TyperException, arguments: Sequence[str], commands: Collection[str]) -> UsageError:
    """Convert an error of typer.

    Args:
        exc: the error.
        arguments: the command line, without the program.
        commands: the names of all commands.
    """
    context: Any = getattr(exc, "ctx", None)
    names = context.command_path.split()[1:] if context else [word for word in arguments[:1] if word in commands]
    usage = f"{hints.build_command(*names, '--help')} shows its usage"
    text = " ".join(exc.format_message().split()).rstrip(".")
    sentence = text[:1].lower() + text[1:]
    if option := getattr(exc, "option_name", None):
        return _convert_option_error(context, option, sentence, arguments, usage)
    if context and "unexpected extra argument" in text:
        return convert_extra_arguments(context, arguments, _list_options(context.command), usage)
    if context and text.startswith("No such command"):
        return _convert_unknown_command(context, exc.format_message(), arguments, usage)
    if getattr(exc, "param", None) is not None and text.startswith("Invalid value"):
        return _convert_bad_value(exc, sentence, arguments, usage)
    return UsageError(sentence, hint=usage)


def _convert_unknown_command(context: Any, text: str, arguments: Sequence[str], usage: str) -> UsageError:
    position = next((i for i, word in enumerate(arguments) if text.startswith(f"No such command {word!r}.")), None)
    if position is None:
        return UsageError("no such command", hint=usage)
    close = find_close(arguments[position], context.command.commands)
    sentence = f"no such command {hints.quote_text(arguments[position][:_MAX_SHOWN])}"
    return UsageError(sentence, hint=_suggest_words(context, arguments, position, close) or usage)


def _convert_option_error(context: Any, option: str, sentence: str, arguments: Sequence[str], usage: str) -> UsageError:
    if "requires an argument" in sentence:
        return UsageError(f"{option} needs a value", hint=usage)
    if context is None or "does not take a value" in sentence:
        return UsageError(f"{option} does not take a value", hint=usage)
    if context.parent is None and (moved := _move_options(context, list(arguments))):
        return UsageError("options come after the command", hint=f"did you mean {hints.build_command(*moved)}?")
    if option == "--json":
        return UsageError(f"{context.command_path.removeprefix('imgshare ')} has no JSON output", hint=usage)
    known = [name[2:] for name in _list_options(context.command) if name.startswith("--")]
    position = next((i for i, word in enumerate(arguments) if word.partition("=")[0] == option), None)
    hint = None
    if position is not None:
        close = find_close(option.lstrip("-"), known, cutoff=NAMES)
        rest = arguments[position].removeprefix(option)
        hint = _suggest_words(context, arguments, position, [f"--{name}{rest}" for name in close])
    return UsageError(f"no such option: {option[:_MAX_SHOWN]}", hint=hint or usage)


def _list_options(command: Any) -> dict[str, bool]:
    """List the options of a command, and whether each takes a value."""
    return {
        name: not parameter.is_flag
        for parameter in command.params
        if parameter.param_type_name == "option" and not parameter.hidden
        for name in parameter.opts
    } | {"--help": False, "-h": False}


def _move_options(context: Any, arguments: list[str]) -> list[str | hints.Word] | None:
    """Move options from before the command to the end; None where they are not the command's."""
    for position, word in enumerate([*arguments, "list"]):
        if word not in context.command.commands or "--" in arguments:
            continue
        command = context.command.get_command(context, word)
        names, rest = [word], arguments[position + 1 :]
        if rest and rest[0] in getattr(command, "commands", {}):
            command, names, rest = command.commands[rest[0]], [word, rest[0]], rest[1:]
        options = _list_options(command)
        if _are_options(arguments[:position], options):
            return build_words([*names, *rest, *arguments[:position]], {*names, *options})
    return None


def _are_options(words: Sequence[str], options: dict[str, bool]) -> bool:
    remaining = iter(words)
    for word in remaining:
        name, equals, _ = word.partition("=")
        if name not in options or (equals and not options[name]):
            return False
        if not equals and options[name] and next(remaining, None) is None:
            return False
    return True


def _suggest_words(context: Any, arguments: Sequence[str], position: int, words: Sequence[str]) -> str | None:
    """Suggest the same command line with another word; None where there is no other, or it cannot be built."""
    if "--" in arguments or not words:
        return None
    own = {*context.command_path.split(), *_list_options(context.command), *words}
    lines = [[*arguments[:position], word, *arguments[position + 1 :]] for word in words]
    commands = [hints.build_command(*build_words(line, own)) for line in lines]
    return f"did you mean {' or '.join(commands)}?"


def _is_value(before: Sequence[str], word: str, value: str, parameter: Any) -> bool:
    """Whether a word of the command line is the value of a parameter: that of an option is beside its name."""
    is_option = parameter.param_type_name == "option"
    name = word.removesuffix(value).rstrip("=") or "".join(before[-1:])
    return word.endswith(value) and (not is_option or name in parameter.opts)


def _convert_bad_value(exc: Any, sentence: str, arguments: Sequence[str], usage: str) -> UsageError:
    """Convert the error of a value that is not one of some words, or not a number in a range."""
    parameter, kind = exc.param, exc.param.type
    name = parameter.opts[0] if parameter.param_type_name == "option" else parameter.make_metavar(exc.ctx)
    found = re.match(r"(.*) is not ", exc.message, re.DOTALL)
    value = found[1].strip("'\"") if found else ""
    hint = None
    if choices := [getattr(choice, "value", choice) for choice in getattr(kind, "choices", ())]:
        expected = f"{', '.join(choices[:-1])} or {choices[-1]}"
        close = find_close(value, choices)
        position = next(
            (i for i, word in enumerate(arguments) if _is_value(arguments[:i], word, value, parameter)), None
        )
        if position is not None and close:
            before = arguments[position].removesuffix(value)
            hint = _suggest_words(exc.ctx, arguments, position, [before + word for word in close])
    elif getattr(kind, "min", None) is not None:
        expected = (
            f"a whole number {f'of at least {kind.min}' if kind.max is None else f'from {kind.min} to {kind.max:,}'}"
        )
    else:
        return UsageError(sentence, hint=usage)
    return UsageError(f"{name} must be {expected}, not {hints.quote_text(value[:_MAX_SHOWN])}", hint=hint or usage)
