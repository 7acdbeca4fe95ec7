"""Every block of README does in a shell what it shows."""

from __future__ import annotations

import os
import re
import signal
from typing import TYPE_CHECKING

import pytest

from imgshare_cli.config.config_file import read_config_file
from tests.support.background_sandbox import start_sandbox, wait_for_file
from tests.support.pasting_shell import SHELLS, PastingShell
from tests.support.programs import require_program
from tests.support.readme import README, find_block, read_blocks
from tests.support.refusing_proxy import RefusingProxy
from tests.support.run import TOOL
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IN_A_SANDBOX = [TOOL, "sandbox", "--"]
# What needs the package index, and much time: only its arguments are looked at.
STAND_IN = '#!/bin/sh\necho "stand-in for ${0##*/} got: $*"\n'
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    """The name of a shell that people have."""
    name: str = request.param
    require_program(name)
    return name


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The user's home, which the shells start in."""
    return tmp_path / "home"


@pytest.fixture
def proxy() -> Iterator[RefusingProxy]:
    """What is between the shell and the clouds that README names."""
    with RefusingProxy() as proxy:
        yield proxy


def test_the_first_picture_is_what_one_sees(shell: str) -> None:
    """The first block is the screen of somebody who types its commands, 80 columns wide."""
    picture = next(block.text for block in read_blocks() if block.language == "console")
    with Terminal([*IN_A_SANDBOX, *SHELLS[shell]], {"PATH": _path()}, columns=80, lines=40) as terminal:
        terminal.press_keys("PS1='$ '; clear\r")
        terminal.wait_for_screen("$ ")
        before = ""
        for part in re.split(r"^(?=\$ )", picture, flags=re.MULTILINE)[1:]:
            terminal.press_keys(f"{part.removeprefix('$ ').partition(chr(10))[0]}\r")
            before += part
            _wait_for_screen(terminal, _hide_times(f"{before}$"))


def _wait_for_screen(terminal: Terminal, expected: str) -> None:
    terminal.wait_for(lambda: _hide_times(terminal.screen) == expected)
    assert expected == _hide_times(terminal.screen)


def _hide_times(text: str) -> str:
    return TIME.sub("TIME", text)


@pytest.mark.parametrize("marked", [False, True], ids=["typed", "marked"])
def test_each_block_can_be_pasted(home: Path, shell: str, *, marked: bool) -> None:
    """Pasted into an interactive shell, in the order of README, each block ends well and shows what README says."""
    require_program("jq")
    for program in ("make", "pipx"):
        (home / program).write_text(STAND_IN)
        (home / program).chmod(0o755)
    others = {find_block("imgshare login --cloud"), find_block("--env-file")}  # they have tests of their own
    blocks = [block for block in read_blocks()[1:] if block not in others and block.language in {"sh", "console"}]
    shown = ""
    with PastingShell(shell, home, IN_A_SANDBOX, {"HOME": str(home), "PATH": f"{home}:{_path()}"}) as typist:
        for block in blocks:
            if block.language == "console":
                assert f"\n{block.text}" in shown, shown
                continue
            code, shown = typist.paste(block.text, marked=marked)
            assert 0 == code, shown
            assert not re.search("command not found|no matches|not set|unbound|parse error|hint:", shown), shown
            for said in re.findall(r"^(make|pipx) (.*)$", block.text, re.MULTILINE):
                assert f"stand-in for {said[0]} got: {said[1]}\n" in shown
    assert 12 == len(blocks)
    for name in (".local/share/bash-completion/completions/imgshare", ".zfunc/_imgshare"):
        assert "imgshare" in (home / name).read_text()


def _path() -> str:
    return f"{os.path.dirname(TOOL)}:{os.environ['PATH']}"  # noqa: PTH120


def test_the_ways_to_log_in(home: Path, shell: str, proxy: RefusingProxy) -> None:
    """Each way to log in is accepted up to the connection, which no test makes."""
    lines = find_block("imgshare login --cloud").text.splitlines()
    expected = [
        (3, [], []),
        (8, ["secret"], ["iam.example:443"]),
        (8, ["secret"], ["iam.example:443"]),
        (4, ["secret"], []),  # the endpoint of the sandbox, which is a Glance, takes no access keys
        (8, ["secret"], ["ims.eu-de.otc.t-systems.com:443"]),
    ]
    with PastingShell(shell, home, IN_A_SANDBOX, {"HTTPS_PROXY": proxy.endpoint}) as typist:
        for line, (code, answers, wanted) in zip(lines, expected, strict=True):
            before = len(proxy.wanted)
            pasted = typist.paste(line, *answers)
            assert code == pasted.code, pasted.shown
            assert wanted == sorted(set(proxy.wanted[before:])), pasted.shown


def test_the_sandbox_in_the_background(home: Path, shell: str) -> None:
    """The block can be pasted twice, after a sandbox that was killed, by somebody whose shell is set to a cloud."""
    block = find_block("--env-file").text
    killed = start_sandbox(home / "sandbox.env")
    wait_for_file(home / "sandbox.env")
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    environ = {"OS_CLOUD": "real", "OS_AUTH_URL": "http://127.0.0.1:9", "IMGSHARE_PROFILE": "missing"}
    with PastingShell(shell, home, environ=environ) as typist:
        for _ in range(2):
            code, shown = typist.paste(block)
            assert 143 == code, shown
            assert "✓ Accepted golden-debian-12 (c26a7205) from 26407f07, 2.2 GiB\n" in shown, shown
            assert not (home / "sandbox.env").exists()
        assert "cloud:real missing\n" in typist.paste('echo "cloud:$OS_CLOUD" $IMGSHARE_PROFILE').shown


def test_a_sandbox_that_does_not_start(home: Path, shell: str) -> None:
    """Where it cannot start, the block ends, and no command reaches another service."""
    block = find_block("--env-file").text
    with PastingShell(shell, home) as typist:
        (home / "sandbox.env").mkdir()
        shown = [typist.paste(block).shown]
        (home / "sandbox.env").rmdir()
        shown += [typist.paste(f"{before}\n{block}").shown for before in ("ulimit -f 0", "PATH=/usr/bin:/bin")]

    assert "imgshare: cannot create a temporary directory" in shown[1]
    assert "command not found" in shown[2]
    for text in shown:
        assert 1 == text.count("accept"), text  # what was typed


@pytest.mark.parametrize("page", [README, README.with_name("CONTRIBUTING.md"), *README.parent.glob("docs/*.md")])
def test_comments_are_safe(page: Path) -> None:
    """A comment in a block is on a line of its own and has nothing that a shell without comments would act on."""
    for block in read_blocks(page):
        if block.language in {"sh", "console"}:
            for line in block.text.splitlines():
                assert "#" not in line or re.fullmatch(r"# [A-Za-z0-9 ,.:-]+", line), line


def test_the_config_file(tmp_path: Path) -> None:
    """The config file in README is one."""
    path = tmp_path / "config.toml"
    path.write_text(find_block("default_profile").text)

    assert {"otc"} == set(read_config_file(path).profiles)
