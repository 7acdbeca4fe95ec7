"""The clouds.yaml, secure.yaml and clouds-public.yaml of a login, the user's or those of the current folder."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from openstack.config.loader import CONFIG_FILES, CONFIG_SEARCH_PATH, SECURE_FILES, VENDOR_FILES

from imgshare_cli.auth.cloud_names import MAX_FILE, parse_events
from imgshare_cli.auth.malformed import MALFORMED
from imgshare_cli.config.file_reading import read_file
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

# What a person can do about PyYAML's own words, which speak of its parser.
_PROBLEMS = {
    "expected the node content": "a value is missing, or begins with a character that needs quotes",
    "expected <block end>": "its indentation or its quotes do not match the lines above",
    "expected ',' or": "a bracket is not closed",
    "could not find expected ':'": "a colon is missing after a key, or a quote is not closed",
    "found character": "a tab or another character that needs quotes",
    "found unexpected end of stream": "a quote is not closed",
    "sequence entries are not allowed": "a list begins where a value is expected",
    "could not determine a constructor": "a value begins with an unknown tag (!)",
    "mapping values are not allowed": "its indentation is wrong, or a value with a colon needs quotes",
}
_MAX_NODES = 100_000  # more than a file of that size holds without aliases
_MAX_DEPTH = 100


@dataclass(frozen=True)
class CloudFiles:
    """The files for openstacksdk, at most one of each kind, and whether they are in the current folder."""

    clouds: Sequence[str] = ()
    secure: Sequence[str] = ()
    vendor: Sequence[str] = ()
    are_here: bool = False


def choose_cloud_files(environ: Mapping[str, str], cloud: str | None, note: Callable[[str], None]) -> CloudFiles:
    """Choose the files of a login; files of the current folder may be anyone's, and are not mixed with others.

    A clouds.yaml in the current folder would otherwise get the password in the user's secure.yaml, and a secure.yaml
    or clouds-public.yaml there would send the user's password elsewhere.

    Args:
        environ: OS_CLIENT_CONFIG_FILE and OS_CLIENT_SECURE_FILE name files, which are used wherever they are.
        cloud: the entry to log in with; None for OS_*, which need no file.
        note: called when a file of the current folder is used.

    Raises:
        ConfigError: files would be mixed, or one cannot be read as YAML; the message names it.
    """
    named = {environ.get("OS_CLIENT_CONFIG_FILE"), environ.get("OS_CLIENT_SECURE_FILE")}
    entries = _find_first(environ.get("OS_CLIENT_CONFIG_FILE"), CONFIG_FILES) if cloud else None
    secrets = _find_first(environ.get("OS_CLIENT_SECURE_FILE"), SECURE_FILES) if cloud else None
    local_files = [path for path in (entries, secrets) if path and _is_here(path) and path not in named]
    if entries and secrets and len(local_files) == 1:
        raise ConfigError(
            f"{entries} and {secrets} are not used together, because only one of them is in the current directory",
            hint="put both in one directory, or set OS_CLIENT_CONFIG_FILE or OS_CLIENT_SECURE_FILE to the one to use",
        )
    # The user's own clouds-public.yaml, which may hold a password, is not used with an entry of the current folder.
    vendor = _find_first(None, [path for path in VENDOR_FILES if _is_here(path) is bool(local_files)])
    for local_file in filter(None, [*local_files, vendor if local_files else None]):
        _check_link(local_file)
    for path in (entries, secrets, vendor):
        _check_syntax(path)
    if local_files:
        note(f"note: logging in with {local_files[0]} from the current directory")
    # Only these files: where openstacksdk cannot use one, it would search for the next, in any folder.
    file_lists = [[path] if path else [] for path in (entries, secrets, vendor)]
    return CloudFiles(file_lists[0], file_lists[1], file_lists[2], are_here=bool(local_files))


def _find_first(named: str | None, searched: Iterable[str]) -> str | None:
    return next((path for path in filter(None, [named, *searched]) if os.path.exists(path)), None)  # noqa: PTH110


def _is_here(path: str) -> bool:
    """Whether a file was found in the current folder, and not in one of the usual places."""
    folder = os.path.dirname(path)  # noqa: PTH120
    return folder == CONFIG_SEARCH_PATH[0] and folder not in CONFIG_SEARCH_PATH[1:]


def _check_link(path: str) -> None:
    # A link in the current folder could lead to a file of the user, which must not be mixed with those of that folder.
    folder, name = os.path.split(path)
    if os.path.realpath(path) != os.path.join(os.path.realpath(folder), name):  # noqa: PTH118
        raise ConfigError(
            f"{path} in the current directory is a link, which is not followed",
            hint="to use it anyway, set OS_CLIENT_CONFIG_FILE or OS_CLIENT_SECURE_FILE to it",
        )


def _describe_problem(problem: str) -> str:
    known = next((text for start, text in _PROBLEMS.items() if problem.startswith(start)), None)
    # What the library quotes may be a part of a password.
    return known or re.sub(r",? (but )?(found|got)$", "", problem.partition("'")[0].strip()) or "it cannot be read"


def _check_syntax(path: str | None) -> None:
    if path is None:
        return
    # openstacksdk ignores a file that is not YAML.
    try:
        contents = read_file(Path(path), MAX_FILE)
        text = (contents.content if contents else b"").decode()
        with contextlib.suppress(yaml.YAMLError):  # which the next line reports in its own words
            _check_expansion(path, text)
        yaml.safe_load(text)
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 1
        raise ConfigError(
            f"{path}, line {line} is not valid YAML: {_describe_problem(exc.problem or '')}",
            hint="fix that line, or quote its value",
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise ConfigError(f"cannot read {path}: {getattr(exc, 'strerror', None) or exc}") from exc
    except RecursionError:
        raise ConfigError(f"cannot read {path}: it is nested too deeply") from None
    except MALFORMED:  # of a tag such as `!!int`; its words would quote the value, which may be a password
        raise ConfigError(f"cannot read {path}: a value does not match its YAML tag") from None


def _check_expansion(path: str, text: str) -> None:
    """Check what the aliases in a file stand for: openstacksdk copies it, and a small file can name billions of nodes.

    Raises:
        ConfigError: they stand for too much, or for themselves.
        RecursionError: it is nested too deeply.
    """
    sizes: dict[str, int] = {}
    stack: list[tuple[str | None, int]] = [(None, 0)]
    for event in parse_events(text):
        if isinstance(event, yaml.CollectionStartEvent):
            stack.append((event.anchor, 1))
            sizes[event.anchor] = _MAX_NODES  # until it ends, an alias to it is a part of itself
            if len(stack) > _MAX_DEPTH:
                raise RecursionError
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, size = stack.pop()
        elif isinstance(event, yaml.ScalarEvent):
            anchor, size = event.anchor, 1
        elif isinstance(event, yaml.AliasEvent):
            anchor, size = None, sizes.get(event.anchor, 1)
        else:
            continue
        if anchor:
            sizes[anchor] = size
        stack[-1] = (stack[-1][0], stack[-1][1] + size)
        if stack[-1][1] > _MAX_NODES:
            raise ConfigError(
                f"cannot read {path}: its aliases repeat too much of it",
                hint="write out what the aliases (*) stand for",
            )
