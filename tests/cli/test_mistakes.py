"""What people type by mistake: each is said in a sentence, and the command in its hint does what was meant."""

from __future__ import annotations

import os
import shlex
import time
from typing import TYPE_CHECKING, NamedTuple

import httpx
import pytest

from imgshare_cli.spelling import NAMES, find_close
from tests.support.fake_cloud import FakeCloud, write_clouds, write_config
from tests.support.fake_service import MEMBER
from tests.support.run import Run, find_commands, run_command
from tests.support.scripted_images import OWNER, Page, build_image, build_image_id
from tests.support.terminal import run_at_terminal
from tests.support.vault_service import VaultService, build_vault

if TYPE_CHECKING:
    from imgshare_cli.sandbox import Sandbox
    from tests.support.run import RunImgshare
    from tests.support.scripted_images import ScriptedImageService
    from tests.support.share import Share

DEBIAN = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2"
UBUNTU = "cfdb5b5e-2f72-5dfd-a10d-ac4353155352"
OWN = "0ac376d2-9b81-514f-b26f-053198fdef79"
RED_HAT = "c9f38594-55f1-56c7-8cb5-835c2c578065"
YOU = "7554eb872fc85cd48edb777cd123c21e"
PLATFORM = "26407f07725950ca9b3f6f08141e8c86"
VENDOR = "8c27b55dadfc52b48ea1a76ed79acb0e"
WHOSE = f"('golden-debian-12', owner {PLATFORM})"
OTHER = "0f" * 16
LOST, SWAPPED = DEBIAN[:-1], DEBIAN.replace("7205", "7025")
KEYS = (
    "known keys: default_profile, decision_log, endpoint, project_id, cloud, region, interface, vault_id, "
    "vault_endpoint, cacert, timeout, token, token_store, service, decide_by, signature_format, owners.NAME, "
    "profiles.NAME.KEY"
)
NOT_FOUND = "(searched shared, own, public and hidden images)"
NOT_SHARED = (
    "the image does not exist, or it is not (or no longer) shared with your project; the service does not say which"
)
TIME = "use seconds, or a duration such as 90s, 5m or 1h; the default is 30s"


class Mistake(NamedTuple):
    """A mistake.

    Attributes:
        typed: the command line.
        code: its exit code.
        sentence: what is said.
        hint: the way out.
        stdin: what the command in the hint reads.
        ends: the exit code of the command in the hint.
    """

    typed: str
    code: int
    sentence: str
    hint: str
    stdin: str = ""
    ends: int = 0


def _show_usage(command: str) -> str:
    return f"`imgshare {command} --help` shows its usage"


COMMANDS = [
    Mistake(f"acept {DEBIAN}", 2, "no such command 'acept'", f"did you mean `imgshare accept {DEBIAN}`?"),
    Mistake("lst", 2, "no such command 'lst'", "did you mean `imgshare list`?"),
    Mistake("xyz", 2, "no such command 'xyz'", "`imgshare --help` shows its usage"),
    Mistake("config lsit", 2, "no such command 'lsit'", "did you mean `imgshare config list`?"),
    Mistake("list --json --qiet", 2, "no such option: --qiet", "did you mean `imgshare list --json --quiet`?", ends=2),
    Mistake("list --nam=debian", 2, "no such option: --nam", "did you mean `imgshare list --name debian`?"),
    Mistake("list --older 7d", 2, "no such option: --older", "did you mean `imgshare list --older-than 7d`?"),
    Mistake(
        "list --nam 'golden*'",
        2,
        "no such option: --nam",
        "did you mean `imgshare list --name 'golden*'`?",
    ),
    Mistake("login --token x", 2, "no such option: --token", _show_usage("login")),
    Mistake("list -x", 2, "no such option: -x", _show_usage("list")),
    Mistake("-q list", 2, "options come after the command", "did you mean `imgshare list -q`?"),
    Mistake(
        "--timeout 5m --project=x list --name golden",
        2,
        "options come after the command",
        "did you mean `imgshare list --name golden --timeout 5m --project x`?",
    ),
    Mistake("--profile x", 2, "options come after the command", "did you mean `imgshare list --profile x`?", ends=3),
    Mistake("--verson", 2, "no such option: --verson", "did you mean `imgshare --version`?"),
    Mistake("--foo list", 2, "no such option: --foo", "`imgshare --help` shows its usage"),
]
ARGUMENTS = [
    Mistake(
        f"accept {DEBIAN} {UBUNTU} {RED_HAT}",
        2,
        "accept takes one image at a time, not 3",
        "`xargs -n1 imgshare accept` runs it for each line of its input, and `imgshare accept --from -` takes all of "
        "them at once",
        stdin=f"{DEBIAN}\n{UBUNTU}\n",
    ),
    Mistake(
        f"show --timeout 1m {DEBIAN} {UBUNTU} {RED_HAT} {RED_HAT}",
        2,
        "show takes one image at a time, not 4",
        "`xargs -n1 imgshare show --timeout 1m` runs it for each line of its input",
        stdin=DEBIAN,
    ),
    Mistake(
        f"accept {DEBIAN} {UBUNTU}",
        6,
        f"cannot accept image {DEBIAN} for project {UBUNTU}: it is shared with your project {YOU}, and the token can "
        "only decide for that one",
        "pass one image at a time; `xargs -n1 imgshare accept` does so for each line of its input",
        stdin=f"{DEBIAN}\n{UBUNTU}\n",
    ),
    Mistake(f"accept {DEBIAN} {YOU} x", 2, "accept does not take the argument 'x'", _show_usage("accept")),
    Mistake(
        "accept golden debian 12",
        2,
        "accept takes one IMAGE at a time, not 3 words",
        "a name with spaces needs quotes, or its ID: `imgshare accept ID`",
        ends=6,
    ),
    Mistake(
        f"accept {DEBIAN[:8]} {UBUNTU[:8]} {RED_HAT[:8]} --owner {PLATFORM}",
        2,
        "accept takes one image at a time, not 3",
        f"`xargs -n1 imgshare accept --owner {PLATFORM}` runs it for each line of its input, and `imgshare accept "
        f"--owner {PLATFORM} --from -` takes all of them at once, where an ID must be whole; "
        "`imgshare list --status all --long` shows whole IDs",
        stdin=f"{DEBIAN}\n",
    ),
    Mistake(
        f"reject {DEBIAN} ubuntu-24.04-minimal {RED_HAT}",
        2,
        "reject takes one image at a time, not 3",
        "`xargs -n1 imgshare reject` runs it for each line of its input",
        stdin=f"{DEBIAN}\nubuntu-24.04-minimal\n",
    ),
    Mistake(
        f"members {DEBIAN[:8]} {UBUNTU[:8]}",
        2,
        "members takes one image at a time, not 2",
        "`xargs -n1 imgshare members` runs it for each line of its input",
        stdin=f"{DEBIAN[:8]}\n{UBUNTU[:8]}\n",
    ),
    Mistake(
        f"accept {DEBIAN[:8]} {YOU} {UBUNTU[:8]}",
        2,
        f"accept does not take the argument '{UBUNTU[:8]}'",
        _show_usage("accept"),
    ),
    Mistake(
        "show [red] hat enterprise linux 9",
        2,
        "show takes one IMAGE at a time, not 5 words",
        f"a name with spaces needs quotes, '[red] hat enterprise linux 9', or its ID: `imgshare show {RED_HAT}`",
    ),
    Mistake(
        "members golden debian",
        2,
        "members takes one IMAGE at a time, not 2 words",
        "a name with spaces needs quotes, or its ID: `imgshare members ID`",
        ends=6,
    ),
    Mistake("list golden", 2, "list does not take the argument 'golden'", _show_usage("list")),
    Mistake("list --quiet --json", 2, "--quiet and --json cannot be used together", "omit one of them"),
    Mistake("list --long -q", 2, "--quiet and --long cannot be used together", "omit one of them"),
    Mistake("review --json", 2, "review has no JSON output", _show_usage("review")),
    Mistake("list --limit 0", 2, "--limit must be a whole number from 1 to 1,000,000, not '0'", _show_usage("list")),
    Mistake(
        "list --limit abc", 2, "--limit must be a whole number from 1 to 1,000,000, not 'abc'", _show_usage("list")
    ),
    Mistake(
        "sandbox --port 99999", 2, "--port must be a whole number from 0 to 65,535, not '99999'", _show_usage("sandbox")
    ),
    Mistake(
        "sandbox --images -1", 2, "--images must be a whole number of at least 0, not '-1'", _show_usage("sandbox")
    ),
    Mistake(
        "list --status foo", 2, "--status must be pending, accepted, rejected or all, not 'foo'", _show_usage("list")
    ),
    Mistake(
        "list --status=acepted -q",
        2,
        "--status must be pending, accepted, rejected or all, not 'acepted'",
        "did you mean `imgshare list --status accepted -q`?",
    ),
    Mistake(
        "members acepted --status acepted",
        2,
        "--status must be pending, accepted, rejected or all, not 'acepted'",
        "did you mean `imgshare members acepted --status accepted`?",
        ends=6,
    ),
    Mistake(
        "completion bsh",
        2,
        "SHELL must be bash, zsh, fish, powershell or pwsh, not 'bsh'",
        "did you mean `imgshare completion bash`?",
    ),
    Mistake("list --timeout x", 2, "--timeout 'x' is not a duration", TIME),
    Mistake("list --timeout 1min", 2, "--timeout '1min' is not a duration", TIME),
    Mistake("list --timeout 0", 2, "--timeout '0' is not a time above 0", TIME),
    Mistake(
        f"accept {DEBIAN} --wait 7x",
        2,
        "--wait '7x' is not a duration (try 7s or 7m)",
        "use a number and s, m, h, d or w",
    ),
    Mistake(
        "list --older-than 30",
        2,
        "--older-than '30' is not a duration (try 30h or 30d)",
        "use a number and s, m, h, d or w",
    ),
]
IMAGES = [
    Mistake(
        "accept golden-debain-12 --timeout 1m",
        6,
        f"no image named 'golden-debain-12' found {NOT_FOUND}",
        f"did you mean `imgshare accept golden-debian-12 --timeout 1m` (owner {PLATFORM})?",
    ),
    Mistake(
        f"accept ubuntu-24.04 --owner {PLATFORM}",
        6,
        f"no image named 'ubuntu-24.04' found {NOT_FOUND}",
        f"did you mean `imgshare accept ubuntu-24.04-minimal --owner {PLATFORM}` (owner {PLATFORM})?",
    ),
    Mistake(
        "show '[red] hat enterprise linux'",
        6,
        f"no image named '[red] hat enterprise linux' found {NOT_FOUND}",
        f"did you mean `imgshare show {RED_HAT}` ('[red] hat enterprise linux 9', owner {VENDOR})?",
    ),
    Mistake(
        f"accept {LOST}",
        6,
        f"no image named '{LOST}' found {NOT_FOUND}",
        f"did you mean `imgshare accept {DEBIAN}` {WHOSE}?",
    ),
    Mistake(
        f"show {SWAPPED} {YOU}",
        6,
        f"cannot show image {SWAPPED} for project {YOU}: {NOT_SHARED}",
        f"did you mean `imgshare show {DEBIAN} {YOU}` {WHOSE}?",
    ),
    Mistake(
        f"members {SWAPPED.replace('-', '')}",
        6,
        f"no image named '{SWAPPED.replace('-', '')}' found {NOT_FOUND}",
        f"did you mean `imgshare members {DEBIAN}` {WHOSE}?",
    ),
    Mistake(
        f"accept {DEBIAN.replace('-', '')}",
        6,
        f"no image named '{DEBIAN.replace('-', '')}' found {NOT_FOUND}",
        f"did you mean `imgshare accept {DEBIAN}` {WHOSE}?",
    ),
    Mistake(
        f"accept {DEBIAN.upper()}",
        6,
        f"cannot accept image {DEBIAN.upper()} for project {YOU}: no image has this ID in upper case, but one has it "
        "in lower case",
        f"run `imgshare accept {DEBIAN} {YOU}`",
    ),
    Mistake(
        f"members {DEBIAN.upper()}",
        6,
        f'cannot look up image {DEBIAN.upper()}: not found: "Image {DEBIAN.upper()} not found."',
        f"did you mean `imgshare members {DEBIAN}` {WHOSE}?",
    ),
    Mistake(
        f"accept '{DEBIAN} '",
        6,
        f"no image named '{DEBIAN} ' found {NOT_FOUND}",
        f"did you mean `imgshare accept {DEBIAN}`, without the spaces?",
    ),
    Mistake(
        f"accept '{DEBIAN}\r'",
        2,
        rf"'{DEBIAN}\r' is not a valid image ID or name",
        f"did you mean `imgshare accept {DEBIAN}`, without the spaces?",
    ),
    Mistake(
        f"accept {DEBIAN} ' {YOU}'",
        6,
        f"cannot accept image {DEBIAN} for project  {YOU}: it is shared with your project {YOU}:  {YOU} is a name, "
        "but MEMBER must be an ID",
        f"did you mean `imgshare accept {DEBIAN} {YOU}`, without the spaces?",
    ),
    Mistake(
        f"accept {YOU} {DEBIAN} --timeout 90s",
        6,
        f"no image named '{YOU}' found {NOT_FOUND}",
        f"IMAGE comes before MEMBER: did you mean `imgshare accept {DEBIAN} {YOU} --timeout 90s`?",
    ),
    Mistake(
        f"accept {YOU} golden-debian-12",
        6,
        f"no image named '{YOU}' found {NOT_FOUND}",
        f"IMAGE comes before MEMBER: did you mean `imgshare accept golden-debian-12 {YOU}`?",
    ),
    Mistake(
        f"accept {DEBIAN} {YOU[:-1]}",
        6,
        f"cannot accept image {DEBIAN} for project {YOU[:-1]}: it is shared with your project {YOU}: {YOU[:-1]} is not "
        "a project ID (31 of 32 characters)",
        f"run `imgshare accept {DEBIAN} {YOU}`",
    ),
    Mistake(
        f"accept {YOU}",
        6,
        f"no image named '{YOU}' found {NOT_FOUND}",
        "this looks like the ID of a project, and `imgshare list --status all --long` shows the IDs of images",
    ),
    Mistake(
        f"members {PLATFORM}",
        6,
        f"no image named '{PLATFORM}' found {NOT_FOUND}",
        "this looks like the ID of a project, and `imgshare list --status all --long` shows the IDs of images",
    ),
    Mistake(
        f"accept {DEBIAN[:8]} {UBUNTU[:8]}",
        6,
        f"no image named '{DEBIAN[:8]}' found {NOT_FOUND}",
        f"accept takes one IMAGE at a time: `imgshare accept {DEBIAN}` {WHOSE}, then "
        f"`imgshare accept {UBUNTU}` ('ubuntu-24.04-minimal', owner {PLATFORM})",
    ),
    Mistake(
        f"accept {DEBIAN} {UBUNTU[:8]}",
        6,
        f"cannot accept image {DEBIAN} for project {UBUNTU[:8]}: it is shared with your project {YOU}: {UBUNTU[:8]} is "
        "not a project ID (8 of 32 characters)",
        f"accept takes one IMAGE at a time: `imgshare accept {DEBIAN}` {WHOSE}, then "
        f"`imgshare accept {UBUNTU}` ('ubuntu-24.04-minimal', owner {PLATFORM})",
    ),
    Mistake(
        f"accept {DEBIAN[:8]} cfdb5b5f",
        6,
        f"no image named '{DEBIAN[:8]}' found {NOT_FOUND}",
        f"the whole ID is needed here, and one IMAGE at a time: `imgshare accept {DEBIAN}` {WHOSE}",
    ),
    Mistake(
        f"accept {UBUNTU[:6]}",
        6,
        f"no image named '{UBUNTU[:6]}' found {NOT_FOUND}",
        f"the beginning of an ID needs at least 8 characters: did you mean `imgshare accept {UBUNTU}` "
        f"('ubuntu-24.04-minimal', owner {PLATFORM})?",
    ),
    Mistake(
        f"show {UBUNTU[:8].upper()}",
        6,
        f"no image named '{UBUNTU[:8].upper()}' found {NOT_FOUND}",
        f"did you mean `imgshare show {UBUNTU}` ('ubuntu-24.04-minimal', owner {PLATFORM})?",
    ),
    Mistake(
        "show cfdb5b5f",
        6,
        f"no image named 'cfdb5b5f' found {NOT_FOUND}",
        "no image of the last list begins with 'cfdb5b5f'; `imgshare list --status all --long` shows whole IDs",
    ),
    Mistake(
        "show my-build-agent",
        6,
        f"cannot show image {OWN} for project {YOU}: that project owns the image, which is not shared with any project",
        f"`imgshare share {OWN} MEMBER` shares it",
    ),
    Mistake(
        f"show {DEBIAN} {PLATFORM}",
        6,
        f"cannot show image {DEBIAN} for project {PLATFORM}: it is shared with your project {YOU}, and the token "
        "can only see that one",
        f"run `imgshare show {DEBIAN} {YOU}`",
    ),
    Mistake(
        "share " + PLATFORM + " my-build-agent",
        6,
        f"no image named '{PLATFORM}' found {NOT_FOUND}",
        f"IMAGE comes before MEMBER: did you mean `imgshare share my-build-agent {PLATFORM}`?",
    ),
    Mistake(
        "accept golden-debian-12 26407f07725950ca9b3f6f08141e8c8",
        6,
        f"cannot accept image {DEBIAN} for project {PLATFORM[:-1]}: it is shared with your project {YOU}: "
        f"{PLATFORM[:-1]} is not a project ID (31 of 32 characters)",
        f"run `imgshare accept {DEBIAN} {YOU}`",
    ),
    Mistake(
        f"accept ubuntu-24.04-minimal --owner {PLATFORM[:8]}",
        2,
        f"--owner '{PLATFORM[:8]}' is neither a project ID nor the name of an owner",
        f"did you mean `imgshare accept ubuntu-24.04-minimal --owner {PLATFORM}`?",
    ),
    Mistake(
        "list --owner 26407f08",
        2,
        "--owner '26407f08' is neither a project ID nor the name of an owner",
        "a project ID must be whole, and `imgshare list --status all --long` shows whole IDs",
    ),
    Mistake(
        "accept something-else",
        6,
        f"no image named 'something-else' found {NOT_FOUND}",
        "`imgshare list --status all` shows what is shared with you; or use an image ID",
    ),
]
CONFIG = [
    Mistake(
        "config get endpont", 2, "unknown key 'endpont'", f"did you mean `imgshare config get endpoint`? {KEYS}", ends=2
    ),
    Mistake(
        "config set endpont https://glance.example",
        2,
        "unknown key 'endpont'",
        f"did you mean `imgshare config set endpoint https://glance.example`? {KEYS}",
    ),
    Mistake(
        "config unset endpont", 2, "unknown key 'endpont'", f"did you mean `imgshare config unset endpoint`? {KEYS}"
    ),
    Mistake(
        "config set profiles.otc.time-out 5",
        2,
        "unknown key 'profiles.otc.time-out'",
        f"did you mean `imgshare config set profiles.otc.timeout 5`? {KEYS}",
    ),
    Mistake("config get colour", 2, "unknown key 'colour'", KEYS),
    Mistake("config set gAAAAAB-a-token-in-the-wrong-place-0123 x", 2, "unknown key, which is not shown", KEYS),
    Mistake(
        "config set timeout soon",
        2,
        'timeout must be a time above 0, in seconds or such as "90s" or "5m"; nothing was changed',
        "for example `imgshare config set timeout 5m`",
    ),
    Mistake(
        "config set token_store disk --profile otc",
        2,
        "token_store must be keyring or file; nothing was changed",
        "for example `imgshare config set token_store file --profile otc`",
    ),
    Mistake(
        "config set decide_by job",
        2,
        "decide_by must be members or jobs; nothing was changed",
        "for example `imgshare config set decide_by jobs`",
    ),
    Mistake(
        "config set profiles.otc.service ism",
        2,
        "profiles.otc.service must be auto, ims or glance; nothing was changed",
        "for example `imgshare config set profiles.otc.service ims`",
    ),
    Mistake(
        "config set vault_endpoint cbr.example.com",
        2,
        "vault_endpoint 'cbr.example.com' is not an http or https URL; nothing was changed",
        "did you mean `imgshare config set vault_endpoint https://cbr.example.com`?",
    ),
    Mistake(
        "config set endpoint glance",
        2,
        "the endpoint 'glance' is not an http or https URL; nothing was changed",
        "did you mean `imgshare config set endpoint https://glance`?",
    ),
    Mistake(
        "config set endpoint glance --profile otc",
        2,
        "the endpoint 'glance' is not an http or https URL; nothing was changed",
        "did you mean `imgshare config set endpoint https://glance --profile otc`?",
    ),
    Mistake(
        "config set endpoint ''",
        2,
        "endpoint must be a text that is not empty; nothing was changed",
        "for example `imgshare config set endpoint https://glance.example.com`",
    ),
    Mistake(
        "config set owners.mine x",
        2,
        "the name of the owner is not valid; nothing was changed",
        "use letters, digits, - and _, begin with a letter, and neither 'mine' nor a project ID",
    ),
    Mistake(
        "config get profiles.otc",
        2,
        "profiles.otc is a table",
        "name a key in it, for example `imgshare config get profiles.otc.cloud`",
    ),
    Mistake(
        "config set profiles.otc x", 2, "profiles.otc is a table", "use profiles.otc.KEY, such as profiles.otc.endpoint"
    ),
]


@pytest.fixture
def sandbox(imgshare: RunImgshare, sandbox: Sandbox) -> Sandbox:
    """The sandbox, whose images have been listed."""
    assert 0 == imgshare("list").code
    return sandbox


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("mistake", [*COMMANDS, *ARGUMENTS, *IMAGES, *CONFIG], ids=lambda mistake: mistake.typed)
def test_mistakes(imgshare: RunImgshare, mistake: Mistake) -> None:
    """A mistake has its exit code, a sentence and a hint; each command in the hint runs as it is."""
    if mistake.typed == "config get profiles.otc":
        assert Run(0) == imgshare("config", "set", "profiles.otc.cloud", "otc")
    run = imgshare(*shlex.split(mistake.typed))

    if "--json" in mistake.typed:
        error = run.error()
        assert (mistake.code, mistake.sentence, mistake.hint) == (run.code, error["message"], error["hint"])
    else:
        err = "".join(line for line in run.err.splitlines(keepends=True) if not line.startswith("request ID: "))
        expected = f"imgshare: {mistake.sentence}\nhint: {mistake.hint}\n"
        assert Run(mistake.code, "", expected) == Run(run.code, run.out, err)
    commands = find_commands(mistake.hint)
    for command in commands:
        assert run_command(command, mistake.stdin) in {mistake.ends, 0 if len(commands) > 1 else mistake.ends}, command


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("typed", ["Golden-Debian-12", "golden-debain-12"])
def test_another_image_of_a_similar_name(imgshare: RunImgshare, typed: str) -> None:
    """Where the image that was meant is in no list, a change suggests no other one; `show` does."""
    assert 0 == imgshare("accept", "golden-debian-12").code
    assert 0 == imgshare("list").code

    assert "did you mean" not in imgshare("accept", typed).err
    assert "`imgshare show golden-debian-12-rc`" in imgshare("show", typed).err


@pytest.mark.usefixtures("sandbox")
def test_an_owner_with_a_typing_error(imgshare: RunImgshare) -> None:
    """MEMBER that is nearly the name of an owner is refused, and shared with nobody; the hint does what was meant."""
    assert Run(0) == imgshare("config", "set", "owners.platform", PLATFORM)

    run = imgshare("share", "my-build-agent", "platfrom")

    assert (
        Run(
            2,
            "",
            "imgshare: MEMBER 'platfrom' is neither a project ID nor the name of an owner\n"
            "hint: did you mean `imgshare share my-build-agent platform`?\n",
        )
        == run
    )
    assert "platfrom" not in imgshare("members", "my-build-agent").out
    assert 0 == run_command("imgshare share my-build-agent platform")
    assert PLATFORM in imgshare("members", "my-build-agent").out


@pytest.mark.parametrize("command", ["accept", "show"])
def test_on_any_service(imgshare: RunImgshare, share: Share, command: str) -> None:
    """On a real service, too, what was meant is found from the list, and the hint does it."""
    [image] = [row for row in imgshare("list", "--json").json() if row["id"] == share.image]
    whose = f"{image['name']!r}, owner {image['owner']}"
    wrong = {
        f"{share.image[:5]}{share.image[6:]}": f"did you mean `imgshare {command} {share.image}` ({whose})?",
        f"{share.image.replace('-', '')}": f"did you mean `imgshare {command} {share.image}` ({whose})?",
        f"' {share.image}'": f"did you mean `imgshare {command} {share.image}`, without the spaces?",
        f"{share.member} {share.image}": (
            f"IMAGE comes before MEMBER: did you mean `imgshare {command} {share.image} {share.member}`?"
        ),
    }
    for arguments, hint in wrong.items():
        run = imgshare(command, *shlex.split(arguments))
        assert (6, f"hint: {hint}") == (run.code, run.err.splitlines()[1])
        (fixed,) = find_commands(hint)
        assert 0 == run_command(fixed)


def test_the_members_of_an_id_in_capitals(imgshare: RunImgshare, share: Share) -> None:
    """`members` of an ID in capitals suggests it in lower case, where the service does not take it."""
    run = imgshare("members", share.image.upper())

    assert 0 == run.code or f"hint: did you mean `imgshare members {share.image}`?" == run.err.splitlines()[1]


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("command", ["accept", "reject", "reset", "share", "unshare"])
@pytest.mark.parametrize("form", [SWAPPED, SWAPPED.replace("-", "")])
def test_a_whole_id_is_not_changed(imgshare: RunImgshare, command: str, form: str) -> None:
    """What changes something is never suggested for an image with another ID, however close that is."""
    run = imgshare(command, form, YOU)

    assert 6 == run.code
    assert DEBIAN not in run.err
    if command == "accept" and form == SWAPPED:
        listed = "`imgshare list --status all --long` shows what is shared with you"
        hint = f"hint: check the ID: {listed}; or ask its owner to run `imgshare share {SWAPPED} {YOU}`"
        assert hint == run.err.splitlines()[1]
        assert DEBIAN in imgshare("list", "--status", "all", "--long").out


@pytest.mark.parametrize("columns", [80, 200])
def test_lookalikes(imgshare: RunImgshare, service: ScriptedImageService, columns: int) -> None:
    """A hint says whose image it suggests; a name in another alphabet is escaped, or not suggested at all."""
    cyrillic = "g\u043elden-debian-12"
    images = [
        build_image(1, name="golden-debian-l2"),
        build_image(2, name=cyrillic, owner=VENDOR),
        build_image(3, name="golden-debian-21", owner=OTHER),
        build_image(4, name="tw\u0456ns"),
        build_image(5, name="tw\u0456ns"),
    ]
    service.list_page = lambda query: Page([] if "name" in query or query["os_hidden"] == "true" else images)
    assert Run(0) == imgshare("config", "set", "owners.stranger", OWNER)
    assert 0 == imgshare("list").code

    shown = run_at_terminal(columns, "accept", "golden-debian-12")

    hint = (
        f"hint: did you mean `imgshare accept golden-debian-21` (owner {OTHER}) or "
        "`imgshare accept golden-debian-l2` (owner stranger) or "
        f"`imgshare accept {build_image_id(2)}` ('g\\u043elden-debian-12', owner {VENDOR})?"
    )
    assert hint in " ".join(shown.lines)
    assert "twins" not in imgshare("accept", "twins").err.replace("'twins'", "")
    assert cyrillic in imgshare("show", f"{cyrillic}x").err


def test_several_images_of_a_near_name(imgshare: RunImgshare, service: ScriptedImageService) -> None:
    """A name that several images have does not work as a command: their IDs are suggested, up to three."""
    images = [build_image(number, name="golden", owner=f"{number:032x}") for number in range(1, 9)]
    service.list_page = lambda query: Page([] if "name" in query or query["os_hidden"] == "true" else images)
    assert 0 == imgshare("list").code

    meant = [f"`imgshare accept {build_image_id(n)}` ('golden', owner {n:032x})" for n in (1, 2, 3)]
    hint = f"hint: did you mean {' or '.join(meant)} (… and 5 more)?"
    assert hint == imgshare("accept", "goldne").err.splitlines()[1]
    swapped = " or ".join(f"`imgshare accept {build_image_id(n)} {MEMBER}`" for n in (1, 2, 3))
    hint = f"hint: IMAGE comes before MEMBER: did you mean {swapped}?"
    service.list_page = lambda _query: Page([])
    assert hint == imgshare("accept", MEMBER, "golden").err.splitlines()[1]


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(
    ("command", "project", "member"),
    [
        ("share", "platform", PLATFORM),
        ("unshare", "platform", PLATFORM),
        ("share", "mine", YOU),
        ("show", "mine", YOU),
    ],
)
def test_a_name_of_a_project_before_the_image(imgshare: RunImgshare, command: str, project: str, member: str) -> None:
    """IMAGE and a name of a project in the wrong order are seen, and the hint has the ID of the project."""
    assert Run(0) == imgshare("config", "set", "owners.platform", PLATFORM)
    image = "golden-debian-12" if command == "show" else "my-build-agent"

    run = imgshare(command, project, image)

    fixed = f"imgshare {command} {image} {member}"
    assert f"hint: IMAGE comes before MEMBER: did you mean `{fixed}`?" == run.err.splitlines()[1]
    assert 0 == run_command(fixed)


def test_the_name_of_ones_project_before_the_image(monkeypatch: pytest.MonkeyPatch, imgshare: RunImgshare) -> None:
    """The name of one's own project is no MEMBER for `accept`: the hint has its ID, and the --cloud that was typed."""
    with FakeCloud() as cloud:
        write_clouds(monkeypatch, otc=cloud.entry())
        write_config('[profiles.default]\ntoken_store = "file"\n')
        cloud.project_name = "member-be91341c"

        run = imgshare("accept", "member-be91341c", DEBIAN, "--cloud", "otc")

    command = f"`imgshare accept {DEBIAN} {MEMBER} --cloud otc`"
    assert f"hint: IMAGE comes before MEMBER: did you mean {command}?" == run.err.splitlines()[1]


def _create_private_image(sandbox: Sandbox, name: str) -> None:
    headers = {"X-Auth-Token": os.environ["IMGSHARE_TOKEN"]}
    body = {"name": name, "visibility": "private"}
    assert 201 == httpx.post(f"{sandbox.endpoint}/v2/images", headers=headers, json=body).status_code


def test_a_private_image_of_ones_own(imgshare: RunImgshare, sandbox: Sandbox) -> None:
    """A private image has no members: it hides no shared one of its name, and no other image is suggested for it."""
    _create_private_image(sandbox, "golden-debian-12")
    _create_private_image(sandbox, "golden-debian-13")

    run = imgshare("members", "golden-debian-12", "--json")
    assert [(DEBIAN, YOU)] == [(row["image_id"], row["member_id"]) for row in run.json()]
    run = imgshare("members", "golden-debian-13")
    assert 5 == run.code
    assert "did you mean" not in run.err


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("command", ["members", "share", "unshare"])
def test_an_unknown_image_of_ones_own(imgshare: RunImgshare, command: str) -> None:
    """`list` does not show the images of one's own project, so the hint says what does."""
    run = imgshare(command, "lonelly", *([] if command == "members" else [PLATFORM]))

    assert (
        "hint: 'openstack image list' shows your own images, and `imgshare list --status all` shows what is shared "
        "with you; or use an image ID"
    ) == run.err.splitlines()[1]


@pytest.mark.usefixtures("sandbox")
def test_an_own_image_that_is_shared(imgshare: RunImgshare) -> None:
    """`show` of an own image says that there is no share to show, and nothing of decisions."""
    assert 0 == imgshare("share", OWN, PLATFORM).code

    assert Run(
        6,
        "",
        f"imgshare: cannot show image {OWN} for project {YOU}: that project owns the image, and only the projects it "
        f"is shared with have a share to show\nhint: `imgshare members {OWN}` shows them and what they decided\n",
    ) == Run(6, "", "".join(imgshare("show", OWN).err.splitlines(keepends=True)[:2]))


@pytest.mark.usefixtures("sandbox")
def test_an_empty_member(imgshare: RunImgshare) -> None:
    """The example of a project ID looks like one."""
    assert Run(
        2,
        "",
        "imgshare: '' is not a valid project ID\nhint: use the ID that the cloud shows, such as "
        "7554eb872fc85cd48edb777cd123c21e\n",
    ) == imgshare("share", OWN, "")


@pytest.mark.usefixtures("sandbox")
def test_a_named_owner_as_member(imgshare: RunImgshare) -> None:
    """The name that [owners] gives to a project is no ID, and the hint has the ID."""
    assert Run(0) == imgshare("config", "set", "owners.us", YOU)

    run = imgshare("accept", LOST, "us")

    assert f"hint: did you mean `imgshare accept {DEBIAN} {YOU}` {WHOSE}?" == run.err.splitlines()[1]


def test_suggesting_takes_no_time() -> None:
    """Names that are long and much alike cannot make a mistake take long."""
    names = [f"{'ab' * 120}{number}" for number in range(2000)]
    start = time.monotonic()

    assert 3 == len(find_close("ba" * 120, names, cutoff=NAMES))
    assert time.monotonic() - start < 5  # about 0.3 s; the machine may be busy


@pytest.mark.usefixtures("sandbox")
def test_what_cannot_be_pasted(imgshare: RunImgshare, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option stays in the command, as a placeholder where a shell would change its value."""
    with VaultService() as service:
        service.vaults = [build_vault(name="a b")]
        monkeypatch.setenv("IMGSHARE_VAULT_ENDPOINT", service.vault_endpoint)
        run = imgshare("accept", "ubuntu-24.04", "--vault", "a b")

    hint = "did you mean `imgshare accept ubuntu-24.04-minimal --vault VAULT` (where VAULT is 'a b') "
    hint += f"(owner {PLATFORM})?"
    assert (6, f"hint: {hint}") == (run.code, run.err.splitlines()[1])


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("columns", [40, 80])
def test_hints_at_a_terminal(columns: int) -> None:
    """Sentences are broken between words; a command that is longer than a line is broken by the terminal alone."""
    shown = run_at_terminal(columns, "accept", YOU, DEBIAN)

    command = f"`imgshare accept {DEBIAN} {YOU}`?"
    assert 6 == shown.code
    assert f"mean\r\n{command}\r\n" in shown.raw
    for line in shown.raw.splitlines():
        assert len(line) <= columns or line == command, line


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(
    "typed", ["list --no-input", f"show {DEBIAN} --no-input", "status --no-input", f"accept {DEBIAN} --wait 60"]
)
def test_what_is_no_mistake(imgshare: RunImgshare, typed: str) -> None:
    """Every command takes --no-input, and --wait takes a bare number of seconds, as --timeout does."""
    assert 0 == imgshare(*shlex.split(typed)).code
