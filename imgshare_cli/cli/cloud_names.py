"""The names of the entries in clouds.yaml, read without openstacksdk, which takes half a second to import."""

from __future__ import annotations

import contextlib
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgshare_cli.config.file_reading import find_base_folder, find_home, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LIMIT = 64 << 10  # hundreds of entries; the file may be anyone's, and nobody waits long for a TAB
_MAX_NAMES = 500
_DEPTH = 2


def list_cloud_names(environ: Mapping[str, str]) -> list[str]:
    """List the entries of the clouds.yaml that a login would use; none where it cannot be read."""
    for path in _list_paths(environ):
        try:
            contents = read_file(path, _LIMIT)
        except OSError:
            return []
        if contents:
            return _parse_names(contents.content)
    return []


def _list_paths(environ: Mapping[str, str]) -> Iterator[Path]:
    """List where openstacksdk looks, in its order."""
    if named := environ.get("OS_CLIENT_CONFIG_FILE"):
        yield Path(named)
    user_folder = find_home(environ) / ".config" / "openstack"
    if sys.platform == "win32":
        own_folder = find_base_folder(environ, "LOCALAPPDATA", "AppData/Local") / "OpenStack" / "openstack"
    elif sys.platform == "darwin":
        own_folder = find_home(environ) / "Library" / "Application Support" / "openstack"
    else:
        own_folder = find_base_folder(environ, "XDG_CONFIG_HOME", ".config") / "openstack"
    for folder in (Path(), own_folder, user_folder, Path("/etc/xdg/openstack"), Path("/etc/openstack")):
        yield from (folder / f"clouds{suffix}" for suffix in (".yaml", ".yml", ".json"))


def _parse_names(content: bytes) -> list[str]:
    """Parse the keys below `clouds`, as far as the text is YAML.

    The events of the parser are enough: no document is built of them, because aliases and merge keys can make a small
    file a huge one, and deep nesting can end the process.
    """
    import yaml

    names: list[str] = []
    # Of a file that is being edited, what comes before the mistake is offered.
    with contextlib.suppress(UnicodeDecodeError, yaml.YAMLError):
        events = yaml.parse(content.decode(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for name in islice(_list_keys_below(events, "clouds"), _MAX_NAMES):
            names.append(name)  # noqa: PERF402  (a mistake must not lose those before it)
    return names


def _list_keys_below(events: Iterable[Any], wanted: str) -> Iterator[str]:
    """List the keys of the mapping that the document's mapping has under a key."""
    opened: list[_Collection] = []
    for event in events:
        kind = type(event).__name__
        if kind in {"MappingEndEvent", "SequenceEndEvent"}:
            opened.pop()
        if kind in {"ScalarEvent", "AliasEvent", "MappingStartEvent", "SequenceStartEvent"}:
            if opened and opened[-1].accept_node(getattr(event, "value", None)):
                depth, key = len(opened), opened[-1].key
                if depth == _DEPTH and opened[0].key == wanted and key is not None:
                    yield key
            if kind.endswith("StartEvent"):
                opened.append(_Collection(is_mapping=kind == "MappingStartEvent"))


class _Collection:
    """A mapping or a sequence whose nodes are being read."""

    def __init__(self, *, is_mapping: bool) -> None:
        self.key: str | None = None
        self._is_mapping = is_mapping
        self._has_key = False

    def accept_node(self, text: str | None) -> bool:
        """Take the next node, and return whether it is a key."""
        self._has_key = self._is_mapping and not self._has_key
        if self._has_key:
            self.key = text
        return self._has_key
