"""Completion: the scripts for the shells, and the candidates that they ask for."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from typing import Any, NoReturn

import typer

from imgshare_cli.hints import is_plain
from imgshare_cli.terminal.messages import clean

BASH = r"""# imgshare completion for bash.
_imgshare() {
    local answer
    COMPREPLY=()
    while IFS= read -r answer; do
        COMPREPLY+=("$answer")
    done < <(_IMGSHARE_COMPLETE=complete_bash command imgshare "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}

complete -o default -F _imgshare imgshare
"""
ZSH = r"""#compdef imgshare
# imgshare completion for zsh.
_imgshare() {
    local -a answers
    answers=(${(f)"$(
        _IMGSHARE_COMPLETE=complete_zsh command imgshare "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null
    )"})
    if (( $#answers )); then
        _describe -V 'imgshare' answers
    else
        _files
    fi
}

# In fpath, this file is the body of _imgshare, and the first TAB is waiting for it.
if [[ $funcstack[1] == _imgshare ]]; then
    _imgshare "$@"
else
    compdef _imgshare imgshare
fi
"""
FISH = r"""# imgshare completion for fish.
function __imgshare_answers
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l word (commandline --cut-at-cursor --current-token)
    set -l answers (env _IMGSHARE_COMPLETE=complete_fish imgshare $words[2..] "$word" 2>/dev/null)
    if set -q answers[1]
        printf '%s\n' $answers
    else
        __fish_complete_path "$word"
    end
end

complete --command imgshare --no-files --arguments '(__imgshare_answers)'
"""
POWERSHELL = r"""# imgshare completion for PowerShell.
Register-ArgumentCompleter -Native -CommandName imgshare -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @(
        $commandAst.CommandElements | Select-Object -Skip 1 |
            Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text }
        "$wordToComplete"
    )
    try {
        $env:_IMGSHARE_COMPLETE = 'complete_powershell'
        $env:_IMGSHARE_COMPLETE_WORDS = $words -join "`n"
        imgshare 2>$null | ForEach-Object {
            $value, $description = $_ -split "`t", 2
            if (-not $description) { $description = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
        }
    } finally {
        $env:_IMGSHARE_COMPLETE = $null
        $env:_IMGSHARE_COMPLETE_WORDS = $null
    }
}
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH, "powershell": POWERSHELL}

_QUOTES = str.maketrans("", "", "\"'`\\")


def answer_completion(command: Any, arguments: list[str]) -> NoReturn:
    """Print the candidates or the script that `_IMGSHARE_COMPLETE` asks for, if any, and end the run.

    Args:
        command: the whole command line interface.
        arguments: the words up to the cursor, as they were typed; the last is the one to complete.
    """
    request, _, shell = os.environ["_IMGSHARE_COMPLETE"].partition("_")
    text = ""
    with contextlib.suppress(Exception):  # no error may land in a half-typed line
        if request == "source":
            text = SCRIPTS[shell]
        elif request == "complete" and shell in SCRIPTS:
            # PowerShell loses empty arguments, so it hands the words over in the environment.
            words = arguments or os.environ.get("_IMGSHARE_COMPLETE_WORDS", "").split("\n")
            text = _build_candidates(command, shell, [word.translate(_QUOTES) for word in words])
    if sys.stdout:
        # Not print(): on Windows, bash would take "\r" for a part of the candidate.
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
    raise typer.Exit


def _build_candidates(command: Any, shell: str, words: list[str]) -> str:
    """Build the lines that a shell expects, one for each candidate."""
    from typer._completion_classes import BashComplete  # of typer's four, the one that never loads rich

    *before, word = _join_broken_words(words) if shell == "bash" else words
    items = BashComplete(command, {}, "imgshare", "_IMGSHARE_COMPLETE").get_completions(before, word)
    option = word[: word.find("=") + 1] if word.startswith("-") else ""
    values = {option + str(item.value): clean(" ".join((item.help or "").split())) for item in items}
    # Only words that mean nothing special to any shell are offered: they need no quotes.
    plain = {value: description for value, description in values.items() if _is_plain_list(value.lstrip("-"))}
    match shell:
        case "bash":
            typed = word.removesuffix(words[-1].lstrip(":="))  # bash completes what follows its last break
            lines = [value.removeprefix(typed) for value in plain]
        case "zsh":
            lines = [value.replace(":", "\\:") + f":{description}".rstrip(":") for value, description in plain.items()]
        case _:
            lines = [f"{value}\t{description}" for value, description in plain.items()]
    return "".join(f"{line}\n" for line in lines)


def _is_plain_list(value: str) -> bool:
    """Whether a value is a plain word, or several with a comma between them, as `--columns` takes them."""
    return all(is_plain(part) for part in value.split(","))


def _join_broken_words(words: list[str]) -> list[str]:
    """Join the words that bash broke at `:` and `=`."""
    return re.sub(r"\n?([:=]+)\n?", r"\1", "\n".join(words)).split("\n")
