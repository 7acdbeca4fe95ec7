"""A hash of the settings of a login: while it is the same, a stored credential is still right."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from typing import TYPE_CHECKING

from imgshare_cli.config.file_reading import find_base_folder, find_home

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.config.settings import Settings

_SECRET = ("PASSWORD", "SECRET", "PASSCODE")
_NAMES = tuple(f"{stem}.{end}" for stem in ("clouds", "secure", "clouds-public") for end in ("yaml", "yml", "json"))


def compute_settings_hash(settings: Settings, environ: Mapping[str, str]) -> str:
    """Hash what a login depends on: the cloud's name, OS_* without secrets, and the state of the clouds files.

    Reading those files takes openstacksdk half a second; asking for their times and sizes takes nothing.
    """
    variables = {
        name: value
        for name, value in environ.items()
        if name.startswith("OS_") and name != "OS_CLOUD" and not any(word in name for word in _SECRET)
    }
    parts = [
        settings.cloud,
        settings.region,
        settings.interface,
        settings.endpoint,
        sorted(variables.items()),
        _stat_cloud_files(environ),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _stat_cloud_files(environ: Mapping[str, str]) -> list[tuple[str, int, int]]:
    config = find_base_folder(environ, "XDG_CONFIG_HOME", ".config")
    own = find_home(environ) / ".config"
    folders = sorted({f"{config}/openstack", f"{own}/openstack", "/etc/openstack", "/etc/xdg/openstack"})
    with contextlib.suppress(OSError):  # the current folder may have gone
        folders.insert(0, os.getcwd())  # noqa: PTH109
    paths = [f"{folder}/{name}" for folder in folders for name in _NAMES]
    paths += [environ[name] for name in ("OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE") if environ.get(name)]
    stats = []
    for path in paths:
        try:
            about = os.stat(path)  # noqa: PTH116  (thirty of them, on every run)
        except OSError:
            continue
        stats.append((path, about.st_mtime_ns, about.st_size))
    return stats
