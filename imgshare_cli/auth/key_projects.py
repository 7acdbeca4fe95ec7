"""The project of an access key: found by its region's name once, and remembered."""

from __future__ import annotations

import json
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING, cast

from imgshare_cli import hints
from imgshare_cli.api.connections import Connections
from imgshare_cli.api.credential import is_token
from imgshare_cli.api.identity_client import Project
from imgshare_cli.config.state_dir import limit_state_files, read_state, write_state
from imgshare_cli.errors import ConfigError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.key_identity_client import KeyIdentityClient
    from imgshare_cli.config.settings import Settings

_FOLDER = "key-projects"
_MAX_FILES = 20
_MAX_NAMED = 5
_HINT = "name the project: --project ID, or IMGSHARE_PROJECT_ID"


def find_project(credential: Credential, name: str | None, connections: Connections) -> Project:
    """Ask the identity service for the project of this name.

    Args:
        credential: the access key.
        name: the name, which is the region's for the user's main project; None where it is not known.
        connections: opens the connection.

    Raises:
        ConfigError: there is no such project or more than one, or its name or the identity service is not known.
        AuthError: the key is rejected.
        UnavailableError: the identity service does not answer, or refuses.
    """
    client = cast("KeyIdentityClient | None", connections.open_identity_client(credential)) if name else None
    if client is None or name is None:
        region = "" if name else "; or the region that has its name: OS_REGION_NAME, or --region NAME to log in"
        raise ConfigError("the project of the access key is not known", hint=f"{_HINT}{region}")
    quoted = hints.quote_text(name)
    try:
        projects = client.find_projects(name)
    except UnavailableError as exc:
        raise exc.replace(
            failure=f"cannot find project {quoted} of the access key", explanation=exc.message, hint=_HINT
        ) from exc
    if not projects:
        raise ConfigError(f"the access key's user has no project named {quoted}", hint=_HINT)
    if len(projects) > 1:
        several = ", ".join(hints.quote_unless_plain(project.id) for project in projects[:_MAX_NAMED])
        raise ConfigError(f"{len(projects)} projects are named {quoted}: {several}", hint="--project ID chooses one")
    return projects[0]


def find_kept_project(  # noqa: PLR0913  (each by name)
    credential: Credential,
    region: str | None,
    *,
    settings: Settings,
    environ: Mapping[str, str],
    debug: Callable[[str], None],
    hide_secret: Callable[[str], None],
) -> Project:
    """Find the project of a key of the environment: what an earlier run has found, or else with one request.

    Args:
        credential: the access key.
        region: the name of its region.
        settings: say how to connect.
        environ: tells where the state folder is.
        debug: called with what is going on.
        hide_secret: called with each secret.
    """
    # The name of the file tells nobody which key was used.
    parts = "\n".join((str(credential.access_key_id), region or "", credential.auth_url or ""))
    file = f"{_FOLDER}/{sha256(parts.encode()).hexdigest()}.json"
    if kept := _parse_project(read_state(file, environ)):
        return kept
    with closing(Connections(settings, environ, debug=debug, hide_secret=hide_secret)) as connections:
        project = find_project(credential, region, connections)
    write_state(file, json.dumps(project._asdict()), environ)
    limit_state_files(_FOLDER, _MAX_FILES, environ)
    return project


def _parse_project(text: str | None) -> Project | None:
    try:
        body = json.loads(text or "")
        project = Project(body["id"], body["name"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    is_text = isinstance(project.id, str) and isinstance(project.name, str)
    return project if is_text and is_token(project.id) else None
