"""Full-server images and vaults, on the IMS of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imgshare_cli.cli.sandbox_settings import build_environ
from imgshare_cli.sandbox import Sandbox
from tests.support.run import find_commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.run import RunImgshare

ERP = "5d3a8463-a4b3-5b71-b1c7-133669f3d5d3"  # erp-full-server, of the demonstration data


@pytest.fixture
def ims(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A new IMS, and the tool pointed at it."""
    with Sandbox(flavor="ims") as sandbox:
        for name, value in build_environ(sandbox).items():
            monkeypatch.setenv(name, value)
        yield sandbox


@pytest.mark.usefixtures("ims")
def test_the_command_in_the_hint(imgshare: RunImgshare) -> None:
    """What the refusal of a full-server image says to type accepts it, and takes room in the vault."""
    name, vault, *_, before = imgshare("vaults").out.splitlines()[0].split("\t")

    refused = imgshare("accept", ERP)

    [command] = find_commands(refused.err)
    assert (7, f"imgshare accept {ERP} --vault {vault}") == (refused.code, command)
    assert 0 == imgshare(*command.split()[1:]).code
    assert [name, vault] == imgshare("vaults").out.splitlines()[0].split("\t")[:2]
    assert int(before) > int(imgshare("vaults").out.splitlines()[0].split("\t")[-1])


@pytest.mark.usefixtures("ims")
@pytest.mark.parametrize("wanted", ["server-backups", "auto"])
def test_a_name(imgshare: RunImgshare, wanted: str) -> None:
    """A name is looked up, and `auto` finds the vault that is large enough."""
    assert "accepted" == imgshare("accept", ERP, "--vault", wanted, "--json").json()["status"]


@pytest.mark.usefixtures("ims")
@pytest.mark.parametrize(
    ("wanted", "said"), [("server-backups-locked", "its status is lock"), ("no-such-vault", "no backup vault")]
)
def test_no_such_vault(imgshare: RunImgshare, wanted: str, said: str) -> None:
    """A vault that cannot be used says why."""
    run = imgshare("accept", ERP, "--vault", wanted)

    assert run.code in {6, 7}
    assert said in run.err
