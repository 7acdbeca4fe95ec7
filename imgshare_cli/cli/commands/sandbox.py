"""`sandbox`: an image service on this machine, alone or for the time that a command runs."""

from __future__ import annotations

import shlex
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli.cli.options import json_option_only, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.sandbox import Sandbox

CommandArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[-- COMMAND...]", help="Run this with the sandbox's settings, and end with it.", show_default=False
    ),
]
PortOption = Annotated[
    int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="Where to listen; 0 lets the system choose.")
]
ImagesOption = Annotated[
    int, typer.Option("--images", metavar="N", min=0, help="How many more pending images there shall be.")
]


@with_session(json_option_only)
def sandbox(session: Session, command: CommandArgument = None, port: PortOption = 0, images: ImagesOption = 0) -> None:
    """Serve an image service to try things on.

    It behaves as Glance does, and a handful of images wait in it. Alone it prints the settings as `export` lines
    and serves until Ctrl-C; after `--` it runs a command with those settings and ends with its exit code.
    """
    from imgshare_cli.cli.child_process import Signals
    from imgshare_cli.sandbox import Sandbox

    try:
        service = Sandbox(port=port, images=images)
    except OSError as exc:
        raise ConfigError(f"cannot listen on port {port}: {exc.strerror}", hint="leave --port out") from exc
    signals = Signals(interrupts=bool(command))
    with service:
        if command:
            with _create_temporary_folder() as folder:
                own = {"IMGSHARE_CONFIG": str(Path(folder, "config.toml")), **build_environment(service)}
                raise typer.Exit(signals.run(command, {**_drop_own_variables(session.environ), **own}))
        _announce(session, service)
        raise typer.Exit(signals.wait())


def build_environment(service: Sandbox) -> dict[str, str]:
    """Build the environment variables that point the tool at a sandbox."""
    return {
        "IMGSHARE_ENDPOINT": service.endpoint,
        "IMGSHARE_TOKEN": service.you.token,
        "IMGSHARE_PROJECT_ID": service.you.project_id,
    }


def _create_temporary_folder() -> tempfile.TemporaryDirectory[str]:
    try:
        # A file of the command that cannot be removed does not change its exit code.
        return tempfile.TemporaryDirectory(prefix="imgshare-sandbox-", ignore_cleanup_errors=True)
    except OSError as exc:
        raise ConfigError(
            f"cannot make a temporary folder: {exc.strerror}", hint="set TMPDIR to a folder that you can write to"
        ) from exc


def _drop_own_variables(environ: Mapping[str, str]) -> dict[str, str]:
    # A sandbox is the same for everybody, whatever their settings are.
    return {name: value for name, value in environ.items() if not name.startswith(("IMGSHARE_", "OS_"))}


def _announce(session: Session, service: Sandbox) -> None:
    if session.output.as_json:
        session.output.json(
            {
                "endpoint": service.endpoint,
                "token": service.you.token,
                "project_id": service.you.project_id,
                "owners": [asdict(owner) for owner in service.owners],
                "images": [asdict(share) for share in service.shares],
            }
        )
    else:
        for name, value in build_environment(service).items():
            session.output.line(f"export {name}={shlex.quote(value)}")
        for share in service.shares:
            session.output.note(f"{share.image_id}  {share.status}  {share.name}")
    session.output.note(f"serving on {service.endpoint} until Ctrl-C")
