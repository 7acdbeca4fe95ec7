"""`sandbox`: a test image service on this machine, alone or for the time of a command."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgshare_cli.cli.options import json_option_only, text_option, with_session
from imgshare_cli.cli.session import Session
from imgshare_cli.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imgshare_cli.sandbox import Sandbox


class Flavor(StrEnum):
    """The image services that a sandbox can be."""

    GLANCE = "glance"
    IMS = "ims"


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
FlavorOption = Annotated[
    Flavor,
    typer.Option("--flavor", metavar="FLAVOR", help="What to be: glance, or ims, as on Huawei-style clouds."),
]
NativeGoneOption = Annotated[
    bool,
    typer.Option("--native-gone", help="With --flavor ims: change shares in jobs only, as newer services may."),
]


@with_session(json_option_only)
def sandbox(  # noqa: PLR0913  (one for each option)
    session: Session,
    command: CommandArgument = None,
    *,
    port: PortOption = 0,
    images: ImagesOption = 0,
    env_file: EnvFileOption = None,
    flavor: FlavorOption = Flavor.GLANCE,
    native_gone: NativeGoneOption = False,
) -> None:
    """Start a local test image service.

    It behaves like Glance, or like IMS, and some images are already shared with you. Without a command it prints its
    settings as `export` lines, or writes them to the file of --env-file, and runs until Ctrl-C. With a command after
    `--` it runs that command with these settings, and exits with its exit code.
    """
    from imgshare_cli.cli.child_process import SignalQueue
    from imgshare_cli.cli.sandbox_settings import isolate_environ, replace_settings
    from imgshare_cli.shares.known_owners import remember_owners

    path = None if env_file is None else _prepare_env_file(env_file, command)
    service = _open_service(port, images, flavor, native_gone=native_gone)
    signals = SignalQueue(include_interrupt=bool(command or path))
    # Its owners are nobody's, and what is tried out in it would be interrupted by questions about them.
    remember_owners([owner.project_id for owner in service.owners], session.environ)
    with service:
        if command:
            with isolate_environ(service) as settings:
                raise typer.Exit(signals.run_command(command, replace_settings(session.environ, settings)))
        with _publish_settings(session, service, path) if path else contextlib.nullcontext():
            _print_settings(session, service, path)
            raise typer.Exit(signals.wait_for_signal())


def _open_service(port: int, images: int, flavor: Flavor, *, native_gone: bool) -> Sandbox:
    from imgshare_cli.sandbox import Sandbox

    if native_gone and flavor is not Flavor.IMS:
        raise UsageError("--native-gone is only possible with --flavor ims", hint="pass --flavor ims, or omit it")
    try:
        return Sandbox(port=port, images=images, flavor=flavor.value, native_gone=native_gone)
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
                **_describe_ims(service),
            }
        )
    elif not path:
        for line in build_export_lines(build_environ(service)):
            session.output.print_line(line)
        for image in service.shares:
            session.output.print_note(f"{image.image_id}  {image.status}  {image.name}")
        for vault in service.ims.vaults if service.ims else ():
            session.output.print_note(f"{vault.id}  {vault.status}  {vault.name} (vault)")
    if path:
        session.output.print_note(f"serving on {service.endpoint} with the settings in {path}, until Ctrl-C or kill")
    else:
        session.output.print_note(f"serving on {service.endpoint} until Ctrl-C")


def _describe_ims(service: Sandbox) -> dict[str, Any]:
    if service.ims is None:
        return {}
    key = service.ims.access_key
    return {
        "access_key": key.access_key,
        "secret_key": key.secret_key,
        "vault_endpoint": service.endpoint,
        "vaults": [{"id": vault.id, "name": vault.name, "status": vault.status} for vault in service.ims.vaults],
    }
