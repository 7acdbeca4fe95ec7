"""The words that commands share."""

from __future__ import annotations

import functools
import inspect
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgshare_cli.cli.session import Session
from imgshare_cli.config.settings import Flags

if TYPE_CHECKING:
    from collections.abc import Callable


def known_images(incomplete: str) -> list[tuple[str, str]]:
    """The images that `list` showed last, for completion: no network, no keyring, no complaint."""
    import os

    from imgshare_cli.cli import completion_cache as known

    return known.completions(incomplete, os.environ)


Image = Annotated[
    str,
    typer.Argument(
        metavar="IMAGE", help="The image: its ID, or its name.", show_default=False, autocompletion=known_images
    ),
]
Member = Annotated[
    str | None,
    typer.Argument(
        metavar="MEMBER", help="The project that the image is shared with; your own if left out.", show_default=False
    ),
]
Vault = Annotated[
    str | None,
    typer.Option(
        "--vault", metavar="VAULT_ID", help="The backup vault for a full-server image (IMS).", show_default=False
    ),
]
_FLAGS = {field.name for field in fields(Flags)}
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, and errors as JSON on stderr.")]


def profile_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The profiles in the config file, for completion: no network, no keyring, no complaint."""
    from imgshare_cli.errors import ConfigError

    session: Session = ctx.find_root().obj or Session()
    try:
        return [name for name in session.file.profiles if name.startswith(incomplete) and name.isprintable()]
    except ConfigError:
        return []


Profile = Annotated[
    str | None,
    typer.Option(
        "--profile", metavar="NAME", help="The profile to use.", show_default=False, autocompletion=profile_names
    ),
]


def world(  # noqa: PLR0913  (the one place where they all stand)
    ctx: typer.Context,
    *,
    as_json: AsJson = False,
    profile: Profile = None,
    cloud: Annotated[
        str | None,
        typer.Option("--cloud", metavar="NAME", help="The entry of clouds.yaml to log in with.", show_default=False),
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option("--endpoint", metavar="URL", help="The image service's address.", show_default=False),
    ] = None,
    project_id: Annotated[
        str | None,
        typer.Option("--project", metavar="ID", help="Your project, the default MEMBER.", show_default=False),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", metavar="SECONDS", help="Time for one request. [default: 30]", show_default=False),
    ] = None,
    cacert: Annotated[
        str | None,
        typer.Option("--cacert", metavar="PATH", help="Certificate authorities to trust.", show_default=False),
    ] = None,
    insecure_http: Annotated[
        bool, typer.Option("--insecure-http", help="Allow plain http to another machine.")
    ] = False,
    insecure_tls: Annotated[bool, typer.Option("--insecure-tls", help="Do not verify certificates.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Say on stderr what is going on.")] = False,
) -> None:
    """The options that name the world."""


def json_only(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """The one option that means something to a command which is a service itself."""


def nothing(ctx: typer.Context) -> None:
    """No option at all."""


def profile_only(ctx: typer.Context, *, profile: Profile = None) -> None:
    """The one option that means something to a command which asks no service."""


def with_session(shared: Callable[..., None]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Turn a story that takes a `Session` into a command that takes shared options as well.

    Args:
        shared: whose parameters the command takes besides the story's own; they become the session's flags.
    """

    def turn(story: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(story)
        def command(ctx: typer.Context, **values: Any) -> None:
            session: Session = ctx.obj
            session.flags = Flags(**{name: values.pop(name) for name in list(values) if name in _FLAGS})
            values.pop("as_json", None)  # main() has seen it, because errors in the arguments are JSON as well
            story(session, **values)

        own = inspect.signature(story, eval_str=True).parameters
        common = inspect.signature(shared, eval_str=True).parameters
        parameters = [parameter for name, parameter in {**own, **common}.items() if name not in {"session", "ctx"}]
        command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [common["ctx"], *(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters)]
        )
        return command

    return turn
