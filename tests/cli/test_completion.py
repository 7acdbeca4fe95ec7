"""TAB, in real shells: what it offers, what it loads, and that no name is ever run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pexpect
import pyte
import pytest

from imgshare_cli.sandbox import Sandbox
from tests.support.last_list import find_list_files, read_names, write_names
from tests.support.programs import require_program
from tests.support.run import TOOL, Run, run_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILES = {"bash": "imgshare.bash", "zsh": "_imgshare", "fish": "imgshare.fish", "powershell": "imgshare.ps1"}
# For each shell: where `imgshare completion --help` says that the script goes, and its user's start-up file.
PLACES = {
    "bash": (".local/share/bash-completion/completions/imgshare", ".bashrc"),
    "zsh": (".zfunc/_imgshare", ".zshrc"),
    "fish": (".config/fish/completions/imgshare.fish", ".config/fish/config.fish"),
}
START = {
    "bash": "PS1='ready> '\nsource ~/.local/share/bash-completion/completions/imgshare\n",
    "zsh": "PS1='ready> '\nfpath+=~/.zfunc\nautoload -Uz compinit; compinit\n",
    # What fish suggests before TAB would look like what TAB has done.
    "fish": "function fish_prompt; echo -n 'ready> '; end\nset fish_greeting\nset -g fish_autosuggestion_enabled 0\n",
}
COMPLETED = {
    "acc": "accept",
    "config uns": "config unset",
    "config get def": "config get default_profile",
    "config set decision_log o": "config set decision_log off",
    "completion po": "completion powershell",
    "accept --vau": "accept --vault",
    "accept --vault V --prof": "accept --vault V --profile",
    "show --profile wo": "show --profile work",
    "show --profile=wo": "show --profile=work",
    "show --profile team:o": "show --profile team:one",
    "show --profile=te": "show --profile=team:one",
    'show --project "my own" --profile "wo': 'show --project "my own" --profile "work"',
    "show a-f": "show a-file",
    "list --sort sh": "list --sort shared",
    "list --columns ID,NAM": "list --columns ID,NAME",
    "list --columns=ID,NAME,OW": "list --columns=ID,NAME,OWNER",
    "list --columns id,nam": "list --columns id,name",
    "audit --finding stale,cr": "audit --finding stale,crowded",
    "verify --finding=gone,hash": "verify --finding=gone,hash_changed",
    "list --sort created:": "list --sort created:desc",
    "list --status acc": "list --status accepted",
    "members x --status=rej": "members x --status=rejected",
    "list --owner plat": "list --owner platform",
    "accept x --owner plat": "accept x --owner platform",
    "share x plat": "share x platform",
    "unshare x plat": "unshare x platform",
    "config get owners.pl": "config get owners.platform",
    "login --cloud eu-": "login --cloud eu-de",
    "show --cloud=us": "show --cloud=us:east",
    "help rev": "help review",
    "help config uns": "help config unset",
}
HOSTILE = [
    "$(touch canary)",
    "`touch canary`",
    r"\$(touch canary)",
    r"\`touch canary\`",
    '"; touch canary; "',
    "'; touch canary; '",
    ":;touch canary;:",
    "${(e):-$(touch canary)}",
    "(touch canary)",
    "a:$(touch canary):`touch canary`",
    "*",
    "~",
    "two words",
    "[/nope]",
    "-o\tnosort",
]
SECONDS = 60
CLEAR = "\x15"  # Ctrl-U empties the line; unlike Ctrl-C it waits for its turn


class Terminal:
    """A shell on a terminal: keys in, screen out."""

    def __init__(self, program: str) -> None:
        self._screen = pyte.Screen(100, 40)
        self._stream = pyte.ByteStream(self._screen)
        self._child = pexpect.spawn(program, ["-i"], dimensions=(40, 100))
        self.wait_for_screen("ready>")

    @property
    def screen(self) -> str:
        """What is on the screen, as far as it has been waited for."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def title(self) -> str:
        """What the terminal was told to call itself, which a shell may do, and nobody else."""
        return str(self._screen.title)

    def press_keys(self, keys: str) -> None:
        """Press keys."""
        self._child.send(keys)

    def wait_for_screen(self, text: str) -> None:
        """Wait until a text is on the screen."""
        end = time.monotonic() + SECONDS
        while text not in self.screen:
            try:
                self._stream.feed(self._child.read_nonblocking(65536, timeout=end - time.monotonic()))
            except (pexpect.TIMEOUT, pexpect.EOF):
                pytest.fail(f"{text!r} never came:\n{self.screen}")

    def close(self) -> None:
        """Hang up."""
        self._child.close(force=True)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The home of a user who has profiles, some of them with names that somebody else made up."""
    folder = tmp_path / "at home"
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("ZDOTDIR", str(folder))
    monkeypatch.setenv("PATH", f"{folder}/bin{os.pathsep}{Path(TOOL).parent}{os.pathsep}{os.environ['PATH']}")
    config = folder / ".config/imgshare/config.toml"
    config.parent.mkdir(parents=True)
    names = ["work", "team:one", "new\nline", *HOSTILE]
    profiles = "".join(f"[profiles.{json.dumps(name)}]\n" for name in names)
    config.write_text(f'[owners]\nplatform = "{"26407f07725950ca9b3f6f08141e8c86"}"\n{profiles}')
    clouds = folder / ".config/openstack/clouds.yaml"
    clouds.parent.mkdir()
    clouds.write_text("clouds:\n" + "".join(f"  {json.dumps(name)}: {{}}\n" for name in ["eu-de", "us:east", *HOSTILE]))
    (folder / "a-file").touch()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(params=PLACES)
def terminal(request: pytest.FixtureRequest, home: Path) -> Iterator[Terminal]:
    """Each shell in turn, as a user has it who has done what `imgshare completion --help` says."""
    shell = request.param
    require_program(shell)
    script, start = (home / place for place in PLACES[shell])
    for path, text in ((script, run_tool("completion", shell).out), (start, START[shell])):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    terminal = Terminal(shutil.which(shell) or shell)
    yield terminal
    terminal.close()


@pytest.fixture
def remembered_images(home: Path) -> Path:
    """The user has looked at the inbox, where some owners gave their images hostile names; what that left."""
    assert home.is_dir()
    with Sandbox() as sandbox:
        environ = {"IMGSHARE_ENDPOINT": sandbox.endpoint, "IMGSHARE_TOKEN": sandbox.you.token}
        vendor = sandbox.owners[1]
        with httpx.Client(base_url=sandbox.endpoint, headers={"X-Auth-Token": vendor.token}, trust_env=False) as http:
            for name in HOSTILE:
                image = http.post("/v2/images", json={"name": name, "visibility": "shared"}).json()["id"]
                http.post(f"/v2/images/{image}/members", json={"member": sandbox.you.project_id}).raise_for_status()
        assert 0 == run_tool("list", environ=environ).code
    [path] = find_list_files()
    assert sandbox.you.token not in path.read_text()
    return path


@pytest.fixture
def liar(home: Path) -> Callable[..., None]:
    """Replace imgshare with a program that prints what the test tells it to."""
    path = home / "bin/imgshare"
    path.parent.mkdir()

    def answers(*lines: str) -> None:
        (home / "bin/answers").write_text("".join(f"{line}\n" for line in lines))

    path.write_text('#!/bin/sh\nexec cat "$HOME/bin/answers"\n')
    path.chmod(0o755)
    return answers


def test_what_tab_completes(terminal: Terminal) -> None:
    """Commands, options and their values complete, the first TAB included; where we know none, files do."""
    for typed, completed in COMPLETED.items():
        terminal.press_keys(f"imgshare {typed}\tIMAGE")
        terminal.wait_for_screen(f"ready> imgshare {completed} IMAGE")
        terminal.press_keys(CLEAR)


def test_names_from_the_config_file_are_not_run(terminal: Terminal, home: Path) -> None:
    """Of all profiles, those with a plain name are offered, and none of the others is run."""
    terminal.press_keys("imgshare show --profile \t\t")
    terminal.wait_for_screen("team:one")
    assert "canary" not in terminal.screen
    terminal.press_keys(f"{CLEAR}echo do''ne\r")
    terminal.wait_for_screen("\ndone")

    assert not (home / "canary").exists()


def test_no_answer_is_run(liar: Callable[..., None], terminal: Terminal, home: Path) -> None:
    """Not even a program that answers with shell code and wildcards has them run or expanded by a TAB."""
    liar(*HOSTILE, "the-last")
    terminal.press_keys("imgshare show \t\t")
    terminal.wait_for_screen("the-last")
    assert "a-file" not in terminal.screen
    for number, line in enumerate(HOSTILE):
        liar(line)
        terminal.press_keys(f"{CLEAR}imgshare show \t{CLEAR}echo sa''w-{number}\r")
        terminal.wait_for_screen(f"\nsaw-{number}")

    assert not (home / "canary").exists()


@pytest.mark.usefixtures("remembered_images")
def test_images_that_were_listed(terminal: Terminal, home: Path) -> None:
    """IMAGE completes to what `list` has shown: names, and the IDs of those whose names no shell would take."""
    for typed, completed in {
        "accept windows": "accept windows-server-2022",
        "reject --json ubu": "reject --json ubuntu-24.04-minimal",
        "show c9f38594": "show c9f38594-55f1-56c7-8cb5-835c2c578065",
        "members 7ffa93d5": "members 7ffa93d5-25ea-5d4c-8dc2-788ac6762eca",
    }.items():
        terminal.press_keys(f"imgshare {typed}\tMEMBER")
        terminal.wait_for_screen(f"ready> imgshare {completed} MEMBER")
        terminal.press_keys(CLEAR)
    terminal.press_keys("imgshare accept \t\t")
    terminal.wait_for_screen("golden-debian-12-rc")
    terminal.press_keys(f"{CLEAR}echo do''ne\r")
    terminal.wait_for_screen("\ndone")

    assert not (home / "canary").exists()


@pytest.mark.hostile
def test_a_tab_that_shows_what_others_made_up(terminal: Terminal, home: Path) -> None:
    """No escape in what we keep of images reaches the terminal, neither as a word nor as its description."""
    escape = "\x1b]0;owned\x07\x1b[5;5HPWNED\x9b31m\u202e"
    image = "d164b5df-1bc3-4c3f-893e-3e471fd16e6"
    known = {f"{image}0": "good", f"{image}1": f"x{escape}", f"{escape}{image}2": "word", f"{image}3{escape}": "desc"}
    write_names(known)
    for typed in ("accept ", "accept d", "accept w", f"accept {image}"):
        terminal.press_keys(f"imgshare {typed}\t\t")
        terminal.press_keys(f"{CLEAR}echo do''ne-{len(typed)}\r")
        terminal.wait_for_screen(f"\ndone-{len(typed)}")
    terminal.press_keys("imgshare accept \t\t")
    terminal.wait_for_screen("good")

    assert not re.search(r"^\s+PWNED", terminal.screen, re.MULTILINE)
    assert "owned" not in terminal.title
    assert "\u202e" not in terminal.screen
    assert home.is_dir()


def test_what_list_leaves(remembered_images: Path) -> None:
    """Only its owner can read it, and a list with a filter adds to it; broken, it is as good as none."""
    assert 0o600 == remembered_images.stat().st_mode & 0o777
    with Sandbox(images=3) as sandbox:
        environ = {"IMGSHARE_ENDPOINT": sandbox.endpoint, "IMGSHARE_TOKEN": sandbox.you.token}
        assert 0 == run_tool("list", "--name", "golden-*", environ=environ).code
        before = read_names()
        assert {"golden-debian-12", "golden-debian-12-rc"} == set(before.values())
        assert 0 == run_tool("list", "--name", "nightly-*", environ=environ).code
        after = read_names()
        assert before.items() < after.items()
        assert {"nightly-000001", "nightly-000002", "nightly-000003"} == set(after.values()) - set(before.values())
        assert 0 == run_tool("list", environ=environ).code
        assert 9 == len(read_names())
    for broken in ("", "[]", "{", '{"a": 1}', "\0"):
        find_list_files()[-1].write_text(broken)
        assert Run(0) == _press_tab("bash", "accept", "")


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("shell", "words", "lines"),
    [
        ("bash", ["config", ""], ["path", "list", "get", "set", "unset"]),
        ("bash", ["show", "--profile", "=", "team", ":", "o"], ["one"]),
        ("zsh", ["completion", "b"], ["bash"]),
        ("zsh", ["show", "--profile", ""], ["work", r"team\:one"]),
        ("zsh", ["acc"], ["accept:Accept an image that is shared with you."]),
        ("fish", ["acc"], ["accept\tAccept an image that is shared with you."]),
        ("fish", ["show", "--profile=te"], ["--profile=team:one\t"]),
        ("powershell", ["acc"], ["accept\tAccept an image that is shared with you."]),
        ("zsh", ["memb"], ["members:List the projects that an image is shared with."]),
        ("bash", ["list", "--sort", "s"], ["status", "size", "shared"]),
        ("bash", ["list", "--sort", "size", ":", ""], ["desc"]),
        ("zsh", ["list", "--sort", "size:"], [r"size\:desc"]),
        ("zsh", ["list", "--columns", "ID,S"], ["ID,SIZE", "ID,STATUS", "ID,SHARED", "ID,STATE"]),
        ("fish", ["list", "--columns=ID,NAME,i"], []),
        ("fish", ["list", "--columns=id,na"], ["--columns=id,name\t"]),
        ("bash", ["list", "--columns", "=", "ID,n"], ["ID,name"]),
        ("powershell", ["list", "--columns", "ID,NAME,SI"], ["ID,NAME,SIZE\t"]),
        ("fish", ["review", "--owner", ""], ["platform\t26407f07725950ca9b3f6f08141e8c86"]),
        ("fish", ["login", "--cloud", ""], ["eu-de\t", "us:east\t"]),
        ("fish", ["help", "config", "s"], ["set\tChange one setting; comments and order are kept."]),
        ("fish", ["help", "accept", ""], []),
        ("bash", ["config", "set", "decide_by", ""], ["members", "jobs"]),
        ("fish", ["config", "set", "profiles.otc.service", "i"], ["ims\t"]),
        ("bash", ["config", "set", "endpoint", ""], []),
        ("zsh", ["login", "--region", "eu-"], ["eu-ch2", "eu-de", "eu-nl"]),
        ("bash", ["accept", "x", "--vault", ""], ["auto"]),
    ],
)
def test_what_a_shell_is_told(shell: str, words: list[str], lines: list[str]) -> None:
    """One candidate a line, in the form in which the shell takes it, with a description where it shows one."""
    assert Run(0, "".join(f"{line}\n" for line in lines)) == _press_tab(shell, *words)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("clouds: {a: {x: {y: 1}}, b: [c: {}], d: e}\nother: {f: {}}", "a"),
        ('{"clouds": {"a": {"clouds": {"no": {}}}, "b": {}}}', "ab"),
        ("x: &x {a: {}}\nclouds:\n  <<: *x\n  b: *x\n", "b"),
        ("clouds:\n  a: {}\n  b: {}\n  c: [\n", "ab"),
        ("clouds:\n  a: {x: !!python/object/apply:os.system ['touch canary']}\n  ? [b]\n  : {}\n", "a"),
        ("[" * 30000, ""),
        ("clouds: [a, b]", ""),
        ("- clouds: {a: {}}", ""),
        ("clouds:\n  a: {}\n" + "#" * 270000, ""),
        ("\xff\0", ""),
        ("", ""),
    ],
)
def test_the_clouds_of_any_file(home: Path, content: str, names: str) -> None:
    """The keys of `clouds` are offered, as far as the file is YAML; nothing in it is run, expanded or too deep."""
    (home / "clouds.yaml").write_text(content, encoding="latin-1")

    offered = _press_tab("bash", "login", "--cloud", "")

    assert (0, "", set(names)) == (offered.code, offered.err, set(offered.out.split()) - {"<<"})
    assert not (home / "canary").exists()


def test_the_clouds_of_a_pipe(home: Path) -> None:
    """What is no file is not waited for; OS_CLIENT_CONFIG_FILE comes before all."""
    os.mkfifo(home / "clouds.yaml")
    assert Run(0) == _press_tab("bash", "login", "--cloud", "")
    (home / "mine").write_text("clouds: {mine: {}}")
    environ = {"_IMGSHARE_COMPLETE": "complete_bash", "OS_CLIENT_CONFIG_FILE": str(home / "mine")}
    assert Run(0, "mine\n") == run_tool("login", "--cloud", "", environ=environ)


@pytest.mark.usefixtures("home")
def test_powershell_hands_over_words_in_the_environment() -> None:
    """PowerShell drops empty arguments, so it gives none, and the last word still counts where it is empty."""
    words = {"_IMGSHARE_COMPLETE": "complete_powershell", "_IMGSHARE_COMPLETE_WORDS": "show\n--profile\n"}

    assert Run(0, "work\t\nteam:one\t\n") == run_tool(environ=words)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("wish", ["complete_tcsh", "source_tcsh", "complete", "", "1", "complete_zsh_"])
def test_a_request_that_is_not_understood(wish: str) -> None:
    """Whatever else asks for completion gets silence."""
    assert Run(0) == run_tool("acc", environ={"_IMGSHARE_COMPLETE": wish})


@pytest.mark.parametrize(
    "words",
    [
        *(["show", "--profile", ""], ["list", "--owner", ""], ["list", "--sort", "x"], ["help", "nope", ""]),
        *(["nope", ""], ["--nope", ""], ["\udcff"], ["--"], ["a\nb"]),
    ],
)
def test_no_error_reaches_a_half_typed_line(home: Path, words: list[str]) -> None:
    """A broken config file, an unknown command or a word that is no text: nothing is said on stderr."""
    (home / ".config/imgshare/config.toml").write_text("[profiles")

    assert {(0, "")} == {(run.code, run.err) for run in (_press_tab(shell, *words) for shell in FILES)}


@pytest.mark.parametrize("shell", FILES)
def test_the_scripts_are_the_files_that_we_ship(shell: str) -> None:
    """completions/ holds what `imgshare completion` prints, which is also what typer's own request gets."""
    shipped = (Path(__file__).parents[2] / "completions" / FILES[shell]).read_text()

    assert Run(0, shipped) == run_tool("completion", shell)
    if shell == "powershell":
        assert Run(0, shipped) == run_tool("completion", "pwsh")
    assert Run(0, shipped) == run_tool(environ={"_IMGSHARE_COMPLETE": f"source_{shell}"})


def test_an_unknown_shell() -> None:
    """A shell that we have no script for is a usage error that names those we have."""
    assert Run(
        2,
        "",
        "imgshare: SHELL must be bash, zsh, fish, powershell or pwsh, not 'tcsh'\n"
        "hint: `imgshare completion --help` shows its usage\n",
    ) == run_tool("completion", "tcsh")


@pytest.mark.usefixtures("remembered_images")
@pytest.mark.parametrize("shell", FILES)
@pytest.mark.parametrize(
    "words",
    [
        *([""], ["accept", ""], ["accept", "--"], ["config", "get", ""], ["show", "--profile", ""], ["help", ""]),
        *(["list", "--sort", ""], ["list", "--owner", ""], ["list", "--status", ""], ["list", "--cloud", ""]),
        *(["login", "--region", ""], ["config", "set", "service", ""]),
    ],
    ids=" ".join,
)
def test_what_a_tab_loads(shell: str, words: list[str]) -> None:
    """A TAB loads what reads the command line and the config file: nothing of the network, the keyring or rich."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "imgshare_cli", *words],
        env={**os.environ, "_IMGSHARE_COMPLETE": f"complete_{shell}"},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}

    assert done.stdout
    assert "typer" in loaded
    heavy = {"asyncio", "click", "httpx", "keyring", "openstack", "rich", "socket", "ssl", "tomlkit", "truststore"}
    assert set() == loaded & heavy
    assert ("yaml" in loaded) == ("--cloud" in words)


def _press_tab(shell: str, *words: str) -> Run:
    return run_tool(*words, environ={"_IMGSHARE_COMPLETE": f"complete_{shell}"})
