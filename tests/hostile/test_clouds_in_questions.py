"""The questions of `login` beside a clouds.yaml that cannot be read, is huge, or has clouds of odd names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_cloud import write_config
from tests.support.run import TOOL, run_tool
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.hostile

OTHERS = (
    "another cloud: its address, a user and a password",
    "a token that you have already",
    "an access key (AK/SK) of Open Telekom Cloud or Huawei Cloud",
)


@pytest.fixture
def path() -> Path:
    """Where a clouds.yaml is found."""
    path = Path(os.environ["XDG_CONFIG_HOME"], "openstack", "clouds.yaml")
    path.parent.mkdir()
    return path


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda path: path.write_text(f"# {'x' * (256 << 10)}"), "cannot be read: it is larger than 256 KiB"),
        (os.mkfifo, "cannot be read: it is not a regular file"),
        (Path.mkdir, "cannot be read: it is not a regular file"),
        (lambda path: path.write_bytes(b"\xff\xfe\x00"), "cannot be read: it is not text"),
        (lambda path: path.write_text("clouds: ["), "cannot be read: it is not valid YAML"),
        (lambda path: path.write_text("clouds: {}"), "has no cloud to log in with"),
    ],
    ids=["large", "fifo", "folder", "binary", "syntax", "no cloud"],
)
def test_a_file_without_names(path: Path, write: Callable[[Path], object], said: str) -> None:
    """A file that cannot be read is told from one without clouds."""
    write(path)
    with Terminal([TOOL, "login"], columns=200) as terminal:
        terminal.wait_for_screen(
            f"{path} {said}.\n  1  a cloud: its address, a user and a password\n  2  {OTHERS[1]}\n  3  {OTHERS[2]}\n"
            "Number: "
        )


def test_many_clouds(path: Path) -> None:
    """A file up to the limit of --cloud is read, and where not all of its clouds are counted, it says so."""
    path.write_text(json.dumps({"clouds": {f"c{number}": {"x": "y" * 40} for number in range(3000)}}))
    assert path.stat().st_size > 64 << 10
    with Terminal([TOOL, "login"], columns=200) as terminal:
        terminal.wait_for_text("Number or name:")  # by then, what is above the list may have scrolled away
        assert b"These are 30 of its 500 or more clouds; --cloud takes all of them." in terminal.raw
    assert f"pass --cloud NAME ({path} has c0, c1, c2, c3, c4, c5, c6, c7 and many more)" in run_tool("login").err


@pytest.mark.parametrize("name", ["\npassword", "\ntoken"])
def test_names_of_other_choices(path: Path, name: str) -> None:
    """No name of a cloud takes the place of another choice."""
    write_config('[profiles.default]\ntoken_store = "file"\n')
    path.write_text(json.dumps({"clouds": {name: {}}}))
    for key, asked in ("2", "The identity service (Keystone) of the cloud,"), ("3", "The image service of the token,"):
        with Terminal([TOOL, "login"], columns=200) as terminal:
            terminal.wait_for_text(
                f"  1  {name!r}\n  2  {OTHERS[0]}\n  3  {OTHERS[1]}\n  4  {OTHERS[2]}\nNumber or name:"
            )
            terminal.press_keys(f"{key}\r")
            terminal.wait_for_text(f"Number or name: {key}\n{asked}")
    with Terminal([TOOL, "login"], columns=200) as terminal:
        terminal.wait_for_text("Number or name:")
        terminal.press_keys("1\r")
        terminal.wait_for_text(f"imgshare: cloud {name!r} cannot be kept in a profile")
        assert 3 == terminal.wait_for_exit()
