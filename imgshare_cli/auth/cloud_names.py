"""The names of the clouds in clouds.yaml, for questions, hints and TAB, read without openstacksdk: it loads slowly."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

from imgshare_cli.config.file_reading import find_base_folder, find_home, read_file
from imgshare_cli.hints import quote_unless_plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SEARCHED = "$OS_CLIENT_CONFIG_FILE, the current directory, ~/.config/openstack and /etc/openstack"
_ENDINGS = ("yaml", "yml", "json")
MAX_FILE = 256 << 10  # hundreds of entries, and openstacksdk needs seconds for more
MAX_NAMES = 500  # the file may be anyone's, and nobody waits long for a hint or a TAB
_MAX_NAME = 100
_MAX_LISTED = 8
_MAX_DEPTH = 50


class CloudList(NamedTuple):
    """The clouds that `--cloud` can name.

    Attributes:
        path: the file that has them; None if there is none.
        names: their names, as they are in the file, at most `MAX_NAMES`.
        problem: why no more of the file could be read; None if nothing is wrong with it.
    """

    path: str | None = None
    names: Sequence[str] = ()
    problem: str | None = None


def list_clouds(environ: Mapping[str, str]) -> CloudList:
    """List the clouds of the clouds.yaml that a login would use, as far as it can be read."""
    path = next((path for path in _list_paths(environ) if os.path.exists(path)), None)  # noqa: PTH110
    if path is None:
        return CloudList()
    names: dict[str, None] = {}
    problem = None
    # A login says what is wrong with the file; until then, what comes before the mistake is known.
    try:
        contents = read_file(Path(path), MAX_FILE)
        for name in _read_names(contents.content if contents else b""):
            names[name] = None
            if len(names) == MAX_NAMES:
                break
    except OSError as exc:
        problem = exc.strerror
    except (ValueError, yaml.YAMLError) as exc:
        problem = "it is not text" if isinstance(exc, UnicodeDecodeError) else "it is not valid YAML"
    return CloudList(path, list(names), problem)


def format_names(names: Sequence[str], most: int = _MAX_LISTED) -> str:
    """Format the names of clouds for a sentence: those that are no plain words are quoted."""
    shown = [quote_unless_plain(name) for name in names[:most]]
    unshown = len(names) - most
    more = f" and {unshown if len(names) < MAX_NAMES else 'many'} more" if unshown > 0 else ""
    return ", ".join(shown) + more


def _list_paths(environ: Mapping[str, str]) -> Iterator[str]:
    """List where a clouds.yaml may be, in the order of openstacksdk, whose import takes half a second."""
    if named := environ.get("OS_CLIENT_CONFIG_FILE"):
        yield named
    if sys.platform == "win32":
        own_folder = find_base_folder(environ, "LOCALAPPDATA", "AppData/Local") / "OpenStack"
    elif sys.platform == "darwin":
        own_folder = find_home(environ) / "Library" / "Application Support"
    else:
        own_folder = find_base_folder(environ, "XDG_CONFIG_HOME", ".config")
    own = [f"{folder}/openstack" for folder in (own_folder, find_home(environ) / ".config")]
    folders = [*own, "/etc/xdg/openstack", "/etc/openstack"]
    with contextlib.suppress(OSError):  # the current folder may have gone
        folders.insert(0, os.getcwd())  # noqa: PTH109
    for folder in folders:
        yield from (f"{folder}/clouds.{ending}" for ending in _ENDINGS)


def parse_events(text: str) -> Iterator[yaml.Event]:
    """Parse YAML into events, from which nothing is built, by libyaml where it is there."""
    events: Iterator[yaml.Event] = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return events


class _Collection:
    """A mapping or a sequence that the parser is in."""

    def __init__(self, *, is_mapping: bool) -> None:
        self.is_mapping = is_mapping
        self.expects_key = True
        self.key: str | None = None

    def add_node(self, text: str | None) -> None:
        """Take the next node: a key and its value by turns; None where it is no scalar."""
        if self.expects_key:
            self.key = text
        self.expects_key = not self.expects_key


def _read_names(content: bytes) -> Iterator[str]:
    """Read the keys below `clouds` whose value is a mapping; a value of any other kind may be a misplaced password.

    Only events are read: nothing is built, and no alias is followed.
    """
    stack = [_Collection(is_mapping=False)]
    for event in parse_events(content.decode()):
        if isinstance(event, yaml.CollectionStartEvent):
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            if is_mapping and (name := _find_cloud_name(stack)):
                yield name
            stack.append(_Collection(is_mapping=is_mapping))
            if len(stack) > _MAX_DEPTH:  # the parser takes long for what is nested deeper
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
            stack[-1].add_node(None)
        elif isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            if isinstance(event, yaml.AliasEvent) and (name := _find_cloud_name(stack)) and name != "<<":
                yield name
            stack[-1].add_node(getattr(event, "value", None))


def _find_cloud_name(stack: Sequence[_Collection]) -> str | None:
    keys = [one.key for one in stack[1:] if one.is_mapping and not one.expects_key]
    is_cloud = len(keys) == len(stack) - 1 == 2 and keys[0] == "clouds"  # noqa: PLR2004
    return keys[1] if is_cloud and keys[1] and len(keys[1]) <= _MAX_NAME else None
