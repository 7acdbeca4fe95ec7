"""Builds the commands that messages tell users to type; only these are shown in backticks.

Two functions ensure that. `build_command` builds every command, and remembers it. `render_commands`, which all text
for stderr passes through, keeps backticks around remembered commands and turns all others into quotes. So text from a
service, a file or an argument needs no care where a message is made: it cannot bring a backtick into the output, nor
can a command that was not built here be shown as one. When a message is printed it is one string, in which nobody can
tell whose a backtick is; but the text between two backticks can be looked up.
"""

from __future__ import annotations

import re
import threading
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from imgshare_cli.truncation import truncate_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Quoting is not enough: fish and zsh have their own rules for quotes, `=ls` and `%self`, and a quoted option is still
# an option. A plain word means nothing to any shell, and no command reads it as an option. In `NAME=a:=ls`, and with
# MAGIC_EQUAL_SUBST in every `a==ls`, zsh replaces what follows the `=` with the path of a program.
# A lone dash, which commands read as stdin, is one of them.
_PLAIN = re.compile(r"(?:-|(?!.*[:=]=)[A-Za-z0-9._:@/+][A-Za-z0-9._:@/+=-]*)")
# Between single quotes these, too, mean nothing to any shell.
_GLOB = re.compile(r"[A-Za-z0-9._:@/+*?\[][A-Za-z0-9._:@/+*?\[\],-]*")
_PLAIN_OR_OPTION = re.compile(rf"-{{0,2}}{_PLAIN.pattern}")
_MAX_QUOTED = 200
_LOGIN_OPTIONS = {
    *("--profile", "--cloud", "--endpoint", "--project", "--cacert", "--auth-url", "--username", "--user-domain"),
    *("--project-domain", "--application-credential-id", "--access-key", "--region"),
}
# A batch may build one for each item: only the newest are remembered.
_MAX_BUILT = 10_000
_built_commands: dict[str, None] = {}
_built_lock = threading.Lock()


class Word(NamedTuple):
    """A word of a command whose text comes from outside or is not known.

    Attributes:
        text: the text; None where it is not known.
        placeholder: the name that a command shows instead of a text that is not plain.
    """

    text: str | None
    placeholder: str

    @property
    def is_plain(self) -> bool:
        """Whether a command can show the text as it is."""
        return self.text is not None and is_plain(self.text)

    def show(self) -> str:
        """Return what a command shows for the word: one with wildcards or commas is quoted."""
        if self.text is None or self.is_plain:
            return self.text or self.placeholder
        return f"'{self.text}'" if _GLOB.fullmatch(self.text) else self.placeholder


def is_plain(text: str) -> bool:
    """Whether a word means nothing to any shell and cannot be read as an option."""
    return _PLAIN.fullmatch(text) is not None


def quote_word(text: str | None, placeholder: str) -> Word:
    """Create a word from outside: from a service, a file, the settings, the environment or the command line."""
    return Word(text, placeholder)


def build_options(values: Mapping[str, str | bool | Sequence[str] | None]) -> list[str | Word]:
    """Build options with values from outside; True makes a flag, and options with an empty value are left out.

    An option with several values is repeated.
    """
    words: list[str | Word] = []
    for name, value in values.items():
        if value is True:
            words.append(name)
        elif value:
            placeholder = name.lstrip("-").replace("-", "_").upper()
            for text in [value] if isinstance(value, str) else value:
                words += [name, Word(text, placeholder)]
    return words


def build_command(*words: str | Word, **environ: Word) -> str:
    """Build a command to type, in backticks, followed by the values of its placeholders.

    Args:
        words: the arguments of `imgshare`: our own words as strings, those from outside from `quote_word`.
        environ: variables to set for this command alone; all supported shells know `NAME=value command`.
    """
    return _build_command("", words, environ)


def build_xargs_command(*words: str | Word) -> str:
    """Build a command that runs `imgshare` once for each line of its input."""
    return _build_command("xargs -n1 ", words, {})


def build_pipe(*commands: Sequence[str | Word]) -> str:
    """Build commands of which each reads what the one before it prints; see `build_command`."""
    checked = [[_check_word(word) for word in words] for words in commands]
    text = " | ".join(" ".join(["imgshare", *(part.show() for part in parts)]) for parts in checked)
    return _remember_command(text, [part for parts in checked for part in parts])


def _build_command(prefix: str, words: Sequence[str | Word], environ: Mapping[str, Word]) -> str:
    parts = [_check_word(word) for word in words]
    settings = [f"{name}={value.show()}" for name, value in environ.items()]
    text = prefix + " ".join([*settings, "imgshare", *(part.show() for part in parts)])
    return _remember_command(text, [*environ.values(), *parts])


def _remember_command(text: str, words: Sequence[Word]) -> str:
    """Let a command be shown in backticks, and add the values of its placeholders."""
    with _built_lock:
        _built_commands[text] = None
        if len(_built_commands) > _MAX_BUILT:
            del _built_commands[next(iter(_built_commands))]
    replaced = {
        word.placeholder: word.text
        for word in words
        if word.text is not None and word.show() == word.placeholder != word.text
    }
    where = " and ".join(f"{name} is {quote_text(value)}" for name, value in replaced.items())
    return f"`{text}`" + (f" (where {where})" if where else "")


def build_export_command(name: str, value: Word) -> str:
    """Build the command that sets a variable in a shell, in backticks."""
    return _remember_command(f"export {name}={value.show()}", [value])


def build_login_command(
    command_line: str | None, changes: Mapping[str, str | None] = MappingProxyType({}), **environ: Word
) -> str:
    """Build the command that logs in as before.

    Args:
        command_line: the login command that an earlier run stored; it is text from outside, too.
        changes: options to replace; None leaves one out.
        environ: variables to set for this command alone.
    """
    return build_command("login", *build_options({**_parse_login_options(command_line or ""), **changes}), **environ)


def find_login_option(command_line: str | None, name: str) -> str | None:
    """Find the value of an option in a stored login command."""
    value = _parse_login_options(command_line or "").get(name)
    return value if isinstance(value, str) else None


def _parse_login_options(line: str) -> dict[str, str | bool | None]:
    import shlex

    try:
        words = iter(shlex.split(line))
    except ValueError:
        return {}
    options: dict[str, str | bool | None] = {}
    for word in words:
        if word in _LOGIN_OPTIONS:
            options[word] = next(words, None)
    return options


def quote_text(text: str, *, as_ascii: bool = False) -> str:
    """Put text from outside into quotes, bounded, without backticks and characters that act on a terminal.

    Args:
        text: the text.
        as_ascii: whether all other characters are escaped, so that none can look like another.
    """
    quote = ascii if as_ascii else repr
    return quote(truncate_text(text, _MAX_QUOTED).replace("`", "'"))


def quote_unless_plain(text: str) -> str:
    """Return a short plain word as it is, and any other text from outside in quotes."""
    return text if is_plain(text) and len(text) <= _MAX_QUOTED else quote_text(text)


def render_commands(text: str) -> str:
    """Keep the backticks around commands that were built here, and replace all others with quotes."""
    parts = text.split("`")
    rendered, position = parts[0], 1
    while position < len(parts):
        is_command = parts[position] in _built_commands and position + 1 < len(parts)
        rendered += f"`{parts[position]}`{parts[position + 1]}" if is_command else f"'{parts[position]}"
        position += 2 if is_command else 1
    return rendered


def _check_word(word: str | Word) -> Word:
    """Return a word; our own words are checked, in case one from outside comes without `quote_word`."""
    if isinstance(word, Word):
        return word
    return Word(word, word if _PLAIN_OR_OPTION.fullmatch(word) else "WORD")
