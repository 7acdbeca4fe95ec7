"""The folder of the decision log: of the environment, of the config file, or in the state folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.config.file_reading import expand_path, find_state_folder
from imgshare_cli.config.known_keys import DECISION_LOG, OFF
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from imgshare_cli.config.config_file import ConfigFile

VARIABLE = "IMGSHARE_DECISION_LOG"


def find_log_folder(environ: Mapping[str, str], file: ConfigFile) -> Path | None:
    """Find the folder of the log, which need not exist; None where decisions are not logged.

    Raises:
        ConfigError: what names it is not the full path of a folder.
    """
    variable = environ.get(VARIABLE)
    named = variable or file.decision_log
    if not named:
        return find_state_folder(environ) / "decisions"
    if named == OFF:
        return None
    folder = expand_path(named, environ)
    if not folder.is_absolute():
        source = VARIABLE if variable else f"{DECISION_LOG} in {file.path}"
        # A relative one would be another in each folder.
        raise ConfigError(f"{source} is not the full path of a folder", hint="set it to a full path, or to 'off'")
    return folder
