"""Finds the typing errors in a clouds.yaml, which openstacksdk passes over in silence."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from keystoneauth1.exceptions import NoMatchingPlugin
from keystoneauth1.loading import get_plugin_loader
from openstack.config.loader import CONFIG_FILES, CONFIG_SEARCH_PATH, SECURE_FILES, VENDOR_FILES

from imgshare_cli import files
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from openstack.config import OpenStackConfig

_CLOUD_KEYS = (
    *("auth", "auth_type", "profile", "cloud", "region_name", "regions", "interface", "endpoint_type"),
    *("verify", "insecure", "cacert", "cert", "key", "identity_api_version", "image_api_version"),
    *("image_endpoint_override", "identity_endpoint_override", "api_timeout", "networks"),
)
_ALIKE = 0.75
_MAX_FILE = 4 << 20
# A setting for one service alone, such as image_interface.
_ENDINGS = (
    "_endpoint_override",
    "_api_version",
    "_service_type",
    "_interface",
    "_region_name",
    "_endpoint_type",
    "_endpoint",
)


@dataclass(frozen=True)
class Files:
    """The files for openstacksdk to read, at most one of each kind."""

    clouds: Sequence[str] = ()
    secure: Sequence[str] = ()
    vendor: Sequence[str] = ()


def to_use(environ: Mapping[str, str], cloud: str | None, note: Callable[[str], None]) -> Files:
    """The files to log in by, without mixing those of the current folder, which may be anybody's, with others.

    A clouds.yaml in the current folder would otherwise get the password that one's own secure.yaml holds, and a
    secure.yaml or clouds-public.yaml there would send one's own elsewhere.

    Args:
        environ: names files in OS_CLIENT_CONFIG_FILE and OS_CLIENT_SECURE_FILE, which are meant, wherever they are.
        cloud: the entry to log in with; None for OS_*, which need no file.
        note: told when a file of the current folder is used.

    Raises:
        ConfigError: files would be mixed, or one cannot be read as YAML; the message names it.
    """
    named = {environ.get("OS_CLIENT_CONFIG_FILE"), environ.get("OS_CLIENT_SECURE_FILE")}
    entries = _first(environ.get("OS_CLIENT_CONFIG_FILE"), CONFIG_FILES) if cloud else None
    secrets = _first(environ.get("OS_CLIENT_SECURE_FILE"), SECURE_FILES) if cloud else None
    here = [path for path in (entries, secrets) if path and _is_here(path) and path not in named]
    if entries and secrets and len(here) == 1:
        raise ConfigError(
            f"{entries} and {secrets} are not used together, because only one of them is in the current folder",
            hint="put both into one folder, or name the one you mean with OS_CLIENT_CONFIG_FILE or "
            "OS_CLIENT_SECURE_FILE",
        )
    vendor = _first(None, [path for path in VENDOR_FILES if entries in here or not _is_here(path)])
    for path in (entries, secrets, vendor):
        _check_syntax(path)
    if here:
        note(f"note: logging in by {here[0]}, a file of the current folder")
    # These alone: where one is not to its liking, openstacksdk would go on to the next, wherever that is.
    return Files(*([path] if path else [] for path in (entries, secrets, vendor)))


def _first(named: str | None, searched: Iterable[str]) -> str | None:
    return next((path for path in filter(None, [named, *searched]) if os.path.exists(path)), None)  # noqa: PTH110


def _is_here(path: str) -> bool:
    """Whether a file is found for being in the current folder, and not for being in one of the usual places."""
    folder = os.path.dirname(path)  # noqa: PTH120
    return folder == CONFIG_SEARCH_PATH[0] and folder not in CONFIG_SEARCH_PATH[1:]


def _check_syntax(path: str | None) -> None:
    if path is None:
        return
    # openstacksdk passes over a file that is not YAML as if it were not there.
    try:
        found = files.read(Path(path), _MAX_FILE)
        yaml.compose((found.content if found else b"").decode(), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 1
        # What the library quotes may be a part of a password.
        problem = (exc.problem or "").partition("'")[0].strip()
        raise ConfigError(
            f"{path}, line {line} is not YAML: {problem}", hint="fix that line, or quote its value"
        ) from None
    except RecursionError:
        raise ConfigError(f"cannot read {path}: it is nested too deeply") from None
    except (OSError, ValueError, yaml.YAMLError) as exc:
        raise ConfigError(f"cannot read {path}: {getattr(exc, 'strerror', None) or exc}") from exc


def check(config: OpenStackConfig, cloud: str | None) -> None:
    """Look for keys of an entry that are almost, but not quite, keys that mean something.

    Only what resembles a known key is an error: an entry may hold settings for other programs.

    Raises:
        ConfigError: there is one; the message names the file, the line, and the known keys.
    """
    name = cloud or config.default_cloud or ""
    entry = config.cloud_config["clouds"].get(name)
    if not isinstance(entry, dict):
        return
    if any("://" in str(entry.get(key, "")) for key in ("profile", "cloud")):
        # openstacksdk would fetch it by itself, without a deadline and without our rules.
        raise ConfigError(
            f"the profile of cloud {name!r} is an address, and profiles are not fetched from the network",
            hint="copy what it holds into clouds.yaml",
        )
    if not config.config_filename:
        return
    _compare(config.config_filename, ("clouds", name), entry, _CLOUD_KEYS)
    if isinstance(entry.get("auth"), dict):
        _compare(config.config_filename, ("clouds", name, "auth"), entry["auth"], _auth_keys(entry))


def choose_region(config: OpenStackConfig, cloud: str | None, region: str) -> None:
    """Let a region win over the one that an entry names: openstacksdk would take it for a mistake.

    An entry that lists its `regions` has said which there are.
    """
    entry = config.cloud_config["clouds"].get(cloud or config.default_cloud or "")
    if isinstance(entry, dict) and "regions" not in entry:
        entry["region_name"] = region


def _auth_keys(entry: dict[str, Any]) -> set[str]:
    options = []
    # Several methods make one multi-factor login.
    for kind in (entry.get("auth_type") or "password", *entry.get("auth_methods", ())):
        try:
            options += get_plugin_loader(kind).get_options()
        except NoMatchingPlugin as exc:
            raise ConfigError(f"there is no auth_type {kind!r}", hint="password is the usual one") from exc
        except (ImportError, AttributeError):
            continue  # it wants a package that is not installed, and says so when it is used
    names = {option.dest for option in options} | {option.name.replace("-", "_") for option in options}
    return names | {"tenant_name", "tenant_id", "project_name", "project_id", "username", "password", "token"}


def _compare(filename: str, where: tuple[str, ...], entry: dict[str, Any], known: Iterable[str]) -> None:
    wanted = sorted(set(known))
    for key in entry:
        plain = str(key).replace("-", "_")
        alike = difflib.get_close_matches(plain, wanted, n=1, cutoff=_ALIKE)
        if plain in wanted or not alike or plain.endswith(_ENDINGS):
            continue
        line = _line(Path(filename), (*where, str(key)))
        # What stands in `auth` is not shown: a colon in the wrong place makes a key of a password.
        shown = ".".join(where) if where[-1] == "auth" else ".".join((*where, str(key).partition(":")[0]))
        raise ConfigError(
            f"unknown key {'in ' if where[-1] == 'auth' else ''}{shown} in {filename}, line {line}: "
            f"did you mean {alike[0]}?",
            hint=f"known keys: {', '.join(wanted)}",
        )


def _line(path: Path, where: tuple[str, ...]) -> int:
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    line = 1
    for part in where:
        pairs = {key.value: (key, value) for key, value in node.value}
        if part not in pairs:  # it came from secure.yaml
            return line
        key, node = pairs[part]
        line = key.start_mark.line + 1
    return line
