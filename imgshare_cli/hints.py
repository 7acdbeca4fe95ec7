"""The commands that messages tell people to type: built here, word by word, and shown in backticks nowhere else.

Two functions keep it so. `command` builds every command, and remembers it. `shown`, through which all talk passes on
its way to stderr, leaves backticks around remembered commands alone and turns all others into quotes. So nothing has
to be done where text from outside enters a message: a backtick of a service, a file or an argument cannot come out,
nor can a command that was not built here. By then a message is one string, and nobody can see whose a backtick is;
but what stands between two of them can be looked up.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

# Quoting is not enough: fish and zsh read quotes, `=ls` and `%self` in their own ways, and a quoted option stays an
# option. To such a word no shell gives a meaning, and no command takes it for an option. In `NAME=a:=ls`, and with
# MAGIC_EQUAL_SUBST in every `a==ls`, zsh puts the path of a program for what follows the `=`.
_PLAIN = re.compile(r"(?!.*[:=]=)[A-Za-z0-9._:@/+][A-Za-z0-9._:@/+=-]*")
_OWN = re.compile(rf"-{{0,2}}{_PLAIN.pattern}")
_LONGEST = 200
_LOGIN_OPTIONS = {
    *("--profile", "--cloud", "--endpoint", "--project", "--cacert", "--auth-url", "--username", "--user-domain"),
    *("--project-domain", "--application-credential-id"),
}
_made: set[str] = set()


class Word(NamedTuple):
    """A word of a command that is not ours, or not known.

    Attributes:
        text: the word; None shows the placeholder alone.
        placeholder: what a command shows instead of a text that is not plain.
    """

    text: str | None
    placeholder: str

    @property
    def is_plain(self) -> bool:
        """Whether the text may stand in a command."""
        return self.text is not None and is_plain(self.text)


def is_plain(text: str) -> bool:
    """Whether no shell gives a meaning to any part of a word, and no command takes it for an option."""
    return _PLAIN.fullmatch(text) is not None


def quote_word(text: str | None, placeholder: str) -> Word:
    """A word from outside: from a service, a file, the settings, the environment or the command line."""
    return Word(text, placeholder)


def build_options(values: Mapping[str, str | bool | None]) -> list[str | Word]:
    """Options with values from outside; True is a flag, and what is empty is left out."""
    words: list[str | Word] = []
    for name, value in values.items():
        if value:
            placeholder = name.lstrip("-").replace("-", "_").upper()
            words += [name] if value is True else [name, Word(str(value), placeholder)]
    return words


def build_command(*words: str | Word, **environ: Word) -> str:
    """A command to type, in backticks, and after it what its placeholders are.

    Args:
        words: what follows `imgshare`: our own words as texts, those from outside as `word`.
        environ: variables to set for this command alone; each of our shells knows `NAME=value command`.
    """
    # Our own words are looked at as well, in case that one from outside comes without `word`.
    parts = [one if isinstance(one, Word) else _own(one) for one in words]
    settings = [f"{name}={_shown(value)}" for name, value in environ.items()]
    text = " ".join([*settings, "imgshare", *map(_shown, parts)])
    _made.add(text)
    odd = {one.placeholder: one.text for one in (*environ.values(), *parts) if one.text is not None}
    odd = {name: value for name, value in odd.items() if not Word(value, name).is_plain and value != name}
    where = " and ".join(f"{name} is {quote_text(value)}" for name, value in odd.items())
    return f"`{text}`" + (f" (where {where})" if where else "")


def build_login_command(
    again: str | None, changes: Mapping[str, str | None] = MappingProxyType({}), **environ: Word
) -> str:
    """The command that logs in as before.

    Args:
        again: the command line that an earlier run kept: it comes from outside like any other text.
        changes: options to set instead; None leaves one out.
        environ: variables to set for this command alone.
    """
    return build_command("login", *build_options({**_login_options(again or ""), **changes}), **environ)


def _login_options(line: str) -> dict[str, str | bool | None]:
    import shlex

    try:
        words = iter(shlex.split(line))
    except ValueError:
        return {}
    found: dict[str, str | bool | None] = {}
    for one in words:
        if one in _LOGIN_OPTIONS:
            found[one] = next(words, None)
    return found


def quote_text(text: str) -> str:
    """Text from outside in quotes, without anything that acts on a terminal and without backticks."""
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return repr(short.replace("`", "'"))


def render_commands(text: str) -> str:
    """The text with backticks around commands that were built here, and quotes for all other backticks."""
    parts = text.split("`")
    done, position = parts[0], 1
    while position < len(parts):
        is_command = parts[position] in _made and position + 1 < len(parts)
        done += f"`{parts[position]}`{parts[position + 1]}" if is_command else f"'{parts[position]}"
        position += 2 if is_command else 1
    return done


def _own(text: str) -> Word:
    return Word(text, text if _OWN.fullmatch(text) else "WORD")


def _shown(one: Word) -> str:
    return str(one.text) if one.is_plain else one.placeholder
