"""The rules that `plan` is measured with: fifty, as a company with twenty teams would have them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.programs import Environ
    from tests.support.large_inbox import LargeInbox

COUNT, OWNERS = 50, 20
_RULE = """\
[[rule]]
name = "images of team {number}"
owner = "{owner}"
image = "*-{number}-*"
properties = {{ os_distro = "distro-{number}" }}
then = "accept"
"""


def write_rules(large_inbox: LargeInbox, base: Environ) -> Path:
    """Write the rules, of which three owners share images, and none of the others does."""
    owners = [*large_inbox.owners, *(f"{number:032x}" for number in range(OWNERS))]
    path = Path(base["XDG_CONFIG_HOME"], "bench-rules.toml")
    path.write_text("\n".join(_RULE.format(number=n, owner=owners[n % OWNERS]) for n in range(COUNT)))
    return path
