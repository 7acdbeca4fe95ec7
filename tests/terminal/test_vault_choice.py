"""At a terminal: one of several backup vaults is chosen where the service asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_service import IMAGE
from tests.support.run import TOOL
from tests.support.terminal import Terminal, run_at_terminal
from tests.support.vault_service import OTHER_VAULT, VAULT, VaultService, build_vault

if TYPE_CHECKING:
    from collections.abc import Iterator

ASKED = f"""\
image {IMAGE} needs a backup vault, as full-server images do; these can be used:
  1  {OTHER_VAULT}  '服务器\\u202e备份'  usable, 200.0 GiB free
  2  {VAULT}  '[red]a'  usable, 100.0 GiB free
Number of the vault, or Enter for none:"""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[VaultService]:
    """Two vaults that can be used, and one that cannot."""
    with VaultService() as service:
        service.enter(monkeypatch)
        service.vaults = [
            build_vault(name="[red]a"),
            build_vault(OTHER_VAULT, "服务器\u202e备份", 200),
            build_vault("c", status="lock"),
        ]
        yield service


def _get_vaults(service: VaultService) -> list[str]:
    return [vault for method, vault in service.calls if method == "PUT"]


def test_one_is_chosen(service: VaultService) -> None:
    """The vault of the number that is typed is sent; nothing is sent before."""
    with Terminal([TOOL, "accept", IMAGE], columns=200) as terminal:
        terminal.wait_for_text(ASKED)
        assert ["-"] == _get_vaults(service)
        terminal.press_keys("2\r")
        terminal.wait_for_text("Accepted full-server")
        assert 0 == terminal.wait_for_exit()
    assert ["-", VAULT] == _get_vaults(service)


@pytest.mark.parametrize("keys", ["\r", "ctrl-c", "ctrl-d"])
def test_none_is_chosen(service: VaultService, keys: str) -> None:
    """Whoever chooses none changes nothing."""
    with Terminal([TOOL, "accept", IMAGE], columns=200) as terminal:
        terminal.wait_for_text(ASKED)
        terminal.press_keys(keys)
        assert 130 == terminal.wait_for_exit()
    assert ["-"] == _get_vaults(service)


def test_nobody_may_be_asked(service: VaultService) -> None:
    """Where questions are forbidden, the error lists the vaults."""
    code, lines, _ = run_at_terminal(200, "accept", IMAGE, "--no-input")

    assert 7 == code
    assert f"hint: use the ID of one: `imgshare accept {IMAGE} --no-input --vault ID`" in lines
    assert ["-"] == _get_vaults(service)


def test_the_only_one_is_not_taken_unasked(service: VaultService) -> None:
    """One vault is no question: the command is there to paste."""
    service.vaults = [build_vault()]

    code, lines, _ = run_at_terminal(200, "accept", IMAGE)

    assert (7, ["-"]) == (code, _get_vaults(service))
    assert f"hint: `imgshare accept {IMAGE} --vault {VAULT}` uses the vault 'vault-8538', 100.0 GiB free" in lines


def test_auto_says_which(service: VaultService) -> None:
    """The note about the vault of `auto` comes before the answer."""
    service.vaults = [build_vault()]

    code, lines, _ = run_at_terminal(200, "accept", IMAGE, "--vault", "auto")

    assert (0, f"note: using backup vault 'vault-8538' ({VAULT}), 100.0 GiB free") == (code, lines[0])
