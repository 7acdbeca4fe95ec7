"""The settings that point imgshare to a sandbox, and keep it away from the user's own clouds, logins and config."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imgshare_cli.sandbox import Sandbox

_PROFILE = "imgshare-sandbox"
# `logout` removes the token of its profile, so this one has a name of its own, and nothing in the keyring.
_CONFIG = f'[profiles.{_PROFILE}]\ntoken_store = "file"\n'
_PREFIXES = ("IMGSHARE_", "OS_", "HUAWEICLOUD_SDK_")
# What a shell may have set after the sandbox was started. The rest of OS_* has no effect without the first three.
_OVERRIDING = (
    *("OS_CLOUD", "OS_AUTH_URL", "OS_TOKEN", "OS_PROJECT_ID", "OS_REGION_NAME", "OS_INTERFACE", "OS_CACERT"),
    *("OS_IMAGE_ENDPOINT_OVERRIDE", "OS_CLIENT_SECURE_FILE"),
    *("IMGSHARE_VAULT_ID", "IMGSHARE_CACERT", "IMGSHARE_TIMEOUT", "IMGSHARE_VAULT_ENDPOINT", "IMGSHARE_RULES"),
    *("IMGSHARE_ACCESS_KEY", "IMGSHARE_SECRET_KEY", "IMGSHARE_SECURITY_TOKEN"),
    *("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN", "HUAWEICLOUD_SDK_PROJECT_ID"),
)
_NAME = re.compile(r"(OS|HUAWEICLOUD_SDK)_[A-Z0-9_]+")


def build_environ(service: Sandbox) -> dict[str, str]:
    """Build the environment variables that point imgshare to the sandbox. Of token and keys, the token wins."""
    environ = {
        "IMGSHARE_ENDPOINT": service.endpoint,
        "IMGSHARE_TOKEN": service.you.token,
        "IMGSHARE_PROJECT_ID": service.you.project_id,
    }
    if service.ims:
        key = service.ims.access_key
        environ |= {
            "IMGSHARE_ACCESS_KEY": key.access_key,
            "IMGSHARE_SECRET_KEY": key.secret_key,
            "IMGSHARE_VAULT_ENDPOINT": service.endpoint,
        }
    return environ


@contextlib.contextmanager
def isolate_environ(service: Sandbox) -> Iterator[dict[str, str]]:
    """Build the variables that also replace the user's config, clouds.yaml and log, by files of the `with` block.

    Raises:
        ConfigError: there is no place for temporary files.
    """
    with _create_temporary_folder() as folder:
        yield {
            "IMGSHARE_CONFIG": str(_write_config(Path(folder, "config.toml"))),
            "IMGSHARE_PROFILE": _PROFILE,
            "IMGSHARE_DECISION_LOG": str(Path(folder, "decisions")),
            "OS_CLIENT_CONFIG_FILE": os.devnull,  # so that `--cloud NAME` finds none
            **build_environ(service),
        }


def _create_temporary_folder() -> tempfile.TemporaryDirectory[str]:
    try:
        # The exit code stays the command's, even if it leaves something in the folder that cannot be removed.
        return tempfile.TemporaryDirectory(prefix="imgshare-sandbox-", ignore_cleanup_errors=True)
    except OSError as exc:
        raise _create_folder_error(exc) from exc


def _write_config(path: Path) -> Path:
    try:
        path.write_text(_CONFIG)
    except OSError as exc:
        raise _create_folder_error(exc) from exc
    return path


def _create_folder_error(exc: OSError) -> ConfigError:
    return ConfigError(
        f"cannot create a temporary directory: {exc.strerror}", hint="set TMPDIR to a directory that you can write to"
    )


def replace_settings(environ: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """Build the environment of a command; the sandbox behaves the same for every user, whatever their settings are."""
    kept = {name: value for name, value in environ.items() if not name.startswith(_PREFIXES)}
    return {**kept, **settings}


def build_shell_lines(environ: Mapping[str, str], settings: Mapping[str, str]) -> list[str]:
    """Build the lines that do the same to the shell that reads them, which may have set other variables meanwhile."""
    names = {*_OVERRIDING, *filter(_NAME.fullmatch, environ)} - settings.keys()
    return [f"unset {' '.join(sorted(names))}", *build_export_lines(settings)]


def build_export_lines(settings: Mapping[str, str]) -> list[str]:
    """Build the lines that export variables in a shell."""
    return [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
