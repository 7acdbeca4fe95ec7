"""`sandbox`: a test image service on this machine, alone or for the time of a command."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imgshare_cli.cli.options import json_option_only, text_option, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

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
EnvFileOption = Annotated[
    str | None,
    text_option("--env-file", "FILE", "Write the settings to this file for a shell to read, and remove it at the end."),
]


@with_session(json_option_only)
def sandbox(
    session: Session,
    command: CommandArgument = None,
    port: PortOption = 0,
    images: ImagesOption = 0,
    env_file: EnvFileOption = None,
) -> None:
    """Start a local test image service.

    It behaves like Glance, and some images are already shared with you. Without a command it prints its settings as
    `export` lines, or writes them to the file of --env-file, and runs until Ctrl-C. With a command after `--` it runs
    that command with these settings, and exits with its exit code.
    """
    from imgshare_cli.cli.child_process import SignalQueue
    from imgshare_cli.cli.sandbox_settings import isolate_environ, replace_settings

    path = None if env_file is None else _prepare_env_file(env_file, command)
    service = _open_service(port, images)
    signals = SignalQueue(include_interrupt=bool(command or path))
    with service:
        if command:
            with isolate_environ(service) as settings:
                raise typer.Exit(signals.run_command(command, replace_settings(session.environ, settings)))
        with _publish_settings(session, service, path) if path else contextlib.nullcontext():
            _print_settings(session, service, path)
            raise typer.Exit(signals.wait_for_signal())


def _open_service(port: int, images: int) -> Sandbox:
    from imgshare_cli.sandbox import Sandbox

    try:
        return Sandbox(port=port, images=images)
    except OSError as exc:
        raise ConfigError(f"cannot listen on port {port}: {exc.strerror}", hint="omit --port") from exc


def _prepare_env_file(name: str, command: list[str] | None) -> Path:
    from imgshare_cli.cli.env_file import remove_leftover

    if command:
        raise UsageError(
            "--env-file is not possible with a command", hint="omit it: the command has the settings in its environment"
        )
    if not name.strip():  # of a variable that is not set
        raise ConfigError("--env-file is empty", hint="pass the path of the file to write, or omit it")
    return remove_leftover(Path(name))


@contextlib.contextmanager
def _publish_settings(session: Session, service: Sandbox, path: Path) -> Iterator[None]:
    from imgshare_cli.cli.env_file import publish_lines
    from imgshare_cli.cli.sandbox_settings import build_shell_lines, isolate_environ

    with isolate_environ(service) as settings, publish_lines(path, build_shell_lines(session.environ, settings)):
        yield


def _print_settings(session: Session, service: Sandbox, path: Path | None) -> None:
    from imgshare_cli.cli.sandbox_settings import build_environ, build_export_lines

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
    elif not path:
        for line in build_export_lines(build_environ(service)):
            session.output.print_line(line)
        for image in service.shares:
            session.output.print_note(f"{image.image_id}  {image.status}  {image.name}")
    if path:
        session.output.print_note(f"serving on {service.endpoint} with the settings in {path}, until Ctrl-C or kill")
    else:
        session.output.print_note(f"serving on {service.endpoint} until Ctrl-C")
