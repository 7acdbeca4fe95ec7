"""Typing errors in a clouds.yaml, which openstacksdk ignores."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from keystoneauth1.exceptions import NoMatchingPlugin
from keystoneauth1.loading import get_plugin_loader

from imgshare_cli import hints
from imgshare_cli.auth.cloud_names import SEARCHED, format_names, list_clouds
from imgshare_cli.errors import ConfigError
from imgshare_cli.spelling import NAMES, find_close, find_similar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openstack.config import OpenStackConfig

    from imgshare_cli.auth.clouds_files import CloudFiles

_CLOUD_KEYS = (
    *("auth", "auth_type", "profile", "cloud", "region_name", "regions", "interface", "endpoint_type"),
    *("verify", "insecure", "cacert", "cert", "key", "identity_api_version", "image_api_version"),
    *("image_endpoint_override", "identity_endpoint_override", "api_timeout", "networks"),
)
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


def check_cloud_name(config: OpenStackConfig, cloud: str | None, files: CloudFiles) -> None:
    """Check that there is an entry of this name; None needs none.

    Raises:
        ConfigError: there is none; the message names the file, and the hint its clouds.
    """
    entries = config.cloud_config["clouds"]
    # Where a file has no clouds, openstacksdk adds one of its own.
    own = {"defaults"} - set(list_clouds(os.environ).names)
    if cloud is None or (cloud in entries and cloud not in own):
        return
    if not files.clouds:
        raise ConfigError(
            f"cloud {cloud!r} was not found, because there is no clouds.yaml",
            hint=f"clouds.yaml is searched for in {SEARCHED}; {hints.build_command('login')} asks how to log in",
        )
    names = [
        name for name, entry in entries.items() if isinstance(name, str) and isinstance(entry, dict) and name not in own
    ]
    alike = find_close(cloud, names, count=1)
    raise ConfigError(
        f"cloud {cloud!r} is not in {' or '.join([*files.clouds, *files.secure])}",
        hint=f"the clouds there are {format_names(names)}" if names else "no cloud is there",
        correction={"--cloud": alike[0]} if alike else None,
    )


def check_cloud_keys(config: OpenStackConfig, cloud: str | None) -> None:
    """Check an entry for keys that are almost known keys.

    Only what resembles a known key is an error: an entry may hold settings for other programs.

    Raises:
        ConfigError: there is one; the message names the file, the line, and the known keys.
    """
    name = cloud or config.default_cloud or ""
    entry = config.cloud_config["clouds"].get(name)
    if not isinstance(entry, dict):
        return
    if not config.config_filename:
        return
    _check_keys(config.config_filename, ("clouds", name), entry, _CLOUD_KEYS)
    if isinstance(entry.get("auth"), dict):
        _check_keys(config.config_filename, ("clouds", name, "auth"), entry["auth"], _list_auth_keys(entry))


def override_region(config: OpenStackConfig, cloud: str | None, region: str) -> None:
    """Override the region of an entry, which openstacksdk would call a mistake.

    An entry that lists its `regions` is left alone.
    """
    entry = config.cloud_config["clouds"].get(cloud or config.default_cloud or "")
    if isinstance(entry, dict) and "regions" not in entry:
        entry["region_name"] = region


def _list_auth_keys(entry: dict[str, Any]) -> set[str]:
    options = []
    # Several methods make one multi-factor login.
    for kind in (entry.get("auth_type") or "password", *entry.get("auth_methods", ())):
        try:
            options += get_plugin_loader(kind).get_options()
        except NoMatchingPlugin as exc:
            raise ConfigError(f"unknown auth_type {kind!r}", hint="the usual one is password") from exc
        except (ImportError, AttributeError):
            continue  # it wants a package that is not installed, and says so when it is used
    names = {option.dest for option in options} | {option.name.replace("-", "_") for option in options}
    return names | {"tenant_name", "tenant_id", "project_name", "project_id", "username", "password", "token"}


def _check_keys(filename: str, where: tuple[str, ...], entry: dict[str, Any], known: Iterable[str]) -> None:
    known_keys = sorted(set(known))
    for key in entry:
        plain = str(key).replace("-", "_")
        alike = find_similar(plain, known_keys, cutoff=NAMES)
        if plain in known_keys or not alike or plain.endswith(_ENDINGS):
            continue
        line = _find_line(Path(filename), (*where, str(key)))
        # Values in `auth` are not shown: a colon in the wrong place makes a password a key.
        shown = ".".join(where) if where[-1] == "auth" else ".".join((*where, str(key).partition(":")[0]))
        raise ConfigError(
            f"unknown key {'in ' if where[-1] == 'auth' else ''}{shown} in {filename}, line {line}: "
            f"did you mean {alike}?",
            hint=f"known keys: {', '.join(known_keys)}",
        )


def _find_line(path: Path, where: tuple[str, ...]) -> int:
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    line = 1
    for part in where:
        pairs = {key.value: (key, value) for key, value in node.value}
        if part not in pairs:  # it came from secure.yaml
            return line
        key, node = pairs[part]
        line = key.start_mark.line + 1
    return line
