"""The command that was typed, word by word, to be shown again with a change."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from imgshare_cli import hints

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import typer

_SERVICE_OPTIONS = ("--profile", "--cloud", "--endpoint", "--project", "--cacert", "--insecure-http", "--insecure-tls")
_FLEET_OPTIONS = ("--all-projects", "--projects", "--projects-file", "--clouds", "--regions")


class TypedCommand:
    """The parsed command line of a run.

    Args:
        context: the context in which typer has parsed it.
    """

    def __init__(self, context: typer.Context) -> None:
        self.names = context.command_path.split()[1:]
        typed = [
            (parameter, context.params[str(parameter.name)])
            for parameter in context.command.params
            if parameter.name in context.params and _is_typed(context, str(parameter.name))
        ]
        self.arguments: dict[str, Any] = {
            str(parameter.name): value for parameter, value in typed if parameter.param_type_name == "argument"
        }
        self.options: dict[str, str | bool | Sequence[str]] = {
            parameter.opts[0]: value if isinstance(value, bool | list | tuple) else str(value)
            for parameter, value in typed
            if parameter.param_type_name == "option"
        }

    def build(
        self, changes: Mapping[str, str | None], options: Mapping[str, str | bool | None] = MappingProxyType({})
    ) -> str:
        """Build the command with other arguments.

        Args:
            changes: the arguments to replace, by their names; None leaves one out.
            options: options that replace those of the command; None leaves one out.
        """
        words: list[str | hints.Word] = []
        for name, value in {**self.arguments, **changes}.items():
            texts = [value] if isinstance(value, str) else value or []
            words += [hints.quote_word(text, name.removesuffix("s").upper()) for text in texts]
        return hints.build_command(*self.names, *words, *hints.build_options({**self.options, **options}))

    def build_other(self, *words: str | hints.Word) -> str:
        """Build another command that asks the same service for the same project."""
        options = {name: value for name, value in self.options.items() if name in _SERVICE_OPTIONS}
        return hints.build_command(*words, *hints.build_options(options))

    def build_take_back(self, since: str, verb: str) -> str:
        """Build the command that undoes what was decided since a time, at the same service, in the same projects.

        Args:
            since: the time.
            verb: the command that undoes it, such as `reset`.
        """
        options = {name: value for name, value in self.options.items() if name in {*_SERVICE_OPTIONS, *_FLEET_OPTIONS}}
        logged = ("log", "--since", since, "--json")
        return hints.build_pipe(logged, (verb, "--from", "-", *hints.build_options(options)))

    def build_xargs(self) -> str:
        """Build the command that runs this one, without its arguments, for each line of its input."""
        return hints.build_xargs_command(*self.names, *hints.build_options(self.options))


def _is_typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def build_words(words: Sequence[str], own: set[str]) -> list[str | hints.Word]:
    """Build the words of a command from those of a command line that cannot be parsed.

    Args:
        words: the words, without the program.
        own: the names of commands and options, which are shown as they are.
    """
    built: list[str | hints.Word] = []
    count = 0
    for word in words:
        name, equals, value = word.partition("=")
        if equals and name in own:
            built += [name, hints.quote_word(value, name.lstrip("-").replace("-", "_").upper())]
        elif word in own:
            built.append(word)
        else:
            count += 1
            built.append(hints.quote_word(word, f"WORD_{count}"))
    return built
