"""`completion`: the scripts that make shells complete."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli.cli.completion import SCRIPTS

if TYPE_CHECKING:
    from imgshare_cli.cli.invocation import Invocation


class Shell(StrEnum):
    """The shells that there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"
    PWSH = "pwsh"  # the name of its program


def completion(
    ctx: typer.Context,
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell.", show_default=False)],
) -> None:
    """Print a shell completion script.

    Save it where your shell looks for it:

    \b
    bash        ~/.local/share/bash-completion/completions/imgshare; without the
                bash-completion package, `source` that file in ~/.bashrc
    zsh         ~/.zfunc/_imgshare, with `fpath+=~/.zfunc` in ~/.zshrc before its
                `autoload -Uz compinit; compinit`
    fish        ~/.config/fish/completions/imgshare.fish
    PowerShell  do not save it, but add this line to $PROFILE:
                imgshare completion powershell | Out-String | Invoke-Expression
    """  # noqa: D301  (\b keeps typer from filling the lines)
    invocation: Invocation = ctx.obj
    for line in SCRIPTS["powershell" if shell is Shell.PWSH else shell].splitlines():
        invocation.output.print_line(line)
