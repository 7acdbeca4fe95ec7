"""`sandbox`: a test image service on this machine, alone or for the time of a command."""

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
        metavar="[-- COMMAND...]",
        help="Run this command with the sandbox's settings, and stop when it ends.",
        show_default=False,
    ),
]
PortOption = Annotated[
    int,
    typer.Option(
        "--port",
        metavar="PORT",
        min=0,
        max=65535,
        help="Listen on this port. [default: a free one]",
        show_default=False,
    ),
]
ImagesOption = Annotated[int, typer.Option("--images", metavar="N", min=0, help="Add this number of pending images.")]


@with_session(json_option_only)
def sandbox(session: Session, command: CommandArgument = None, port: PortOption = 0, images: ImagesOption = 0) -> None:
    """Start a local test image service.

    It behaves like Glance, and some images are already shared with you. Without a command it prints its settings as
    `export` lines and runs until Ctrl-C. With a command after `--` it runs that command with these settings, and
    exits with its exit code.
    """
    from imgshare_cli.cli.child_process import SignalQueue
    from imgshare_cli.sandbox import Sandbox

    try:
        service = Sandbox(port=port, images=images)
    except OSError as exc:
        raise ConfigError(f"cannot listen on port {port}: {exc.strerror}", hint="omit --port") from exc
    signals = SignalQueue(include_interrupt=bool(command))
    with service:
        if command:
            with _create_temporary_folder() as folder:
                own = {"IMGSHARE_CONFIG": str(Path(folder, "config.toml")), **build_environ(service)}
                raise typer.Exit(signals.run_command(command, {**_remove_settings(session.environ), **own}))
        _print_settings(session, service)
        raise typer.Exit(signals.wait_for_signal())


def build_environ(service: Sandbox) -> dict[str, str]:
    """Build the environment variables that point imgshare to the sandbox."""
    return {
        "IMGSHARE_ENDPOINT": service.endpoint,
        "IMGSHARE_TOKEN": service.you.token,
        "IMGSHARE_PROJECT_ID": service.you.project_id,
    }


def _create_temporary_folder() -> tempfile.TemporaryDirectory[str]:
    try:
        # The exit code stays the command's, even if it leaves something in the folder that cannot be removed.
        return tempfile.TemporaryDirectory(prefix="imgshare-sandbox-", ignore_cleanup_errors=True)
    except OSError as exc:
        raise ConfigError(
            f"cannot create a temporary directory: {exc.strerror}",
            hint="set TMPDIR to a directory that you can write to",
        ) from exc


def _remove_settings(environ: Mapping[str, str]) -> dict[str, str]:
    # The sandbox behaves the same for every user, whatever their settings are.
    return {name: value for name, value in environ.items() if not name.startswith(("IMGSHARE_", "OS_"))}


def _print_settings(session: Session, service: Sandbox) -> None:
    if session.output.as_json:
        session.output.print_json(
            {
                "endpoint": service.endpoint,
                "token": service.you.token,
                "project_id": service.you.project_id,
                "owners": [asdict(owner) for owner in service.owners],
                "images": [asdict(image) for image in service.shares],
            }
        )
    else:
        for name, value in build_environ(service).items():
            session.output.print_line(f"export {name}={shlex.quote(value)}")
        for image in service.shares:
            session.output.print_note(f"{image.image_id}  {image.status}  {image.name}")
    session.output.print_note(f"serving on {service.endpoint} until Ctrl-C")
