"""The options and arguments that commands share."""

from __future__ import annotations

import functools
import inspect
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgshare_cli.config.config_file import find_config_path, read_config_file
from imgshare_cli.config.settings import Flags

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.cli.invocation import Invocation


def complete_images(incomplete: str) -> list[tuple[str, str]]:
    """The images that `list` showed last, for completion: no network, no keyring, no complaint."""
    import os

    from imgshare_cli.cli.completion_cache import list_completions

    return list_completions(incomplete, os.environ)


ImageArgument = Annotated[
    str,
    typer.Argument(
        metavar="IMAGE", help="The image: its ID, or its name.", show_default=False, autocompletion=complete_images
    ),
]
MemberArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="MEMBER", help="The project that the image is shared with; your own if left out.", show_default=False
    ),
]
VaultOption = Annotated[
    str | None,
    typer.Option(
        "--vault", metavar="VAULT_ID", help="The backup vault for a full-server image (IMS).", show_default=False
    ),
]
_FLAGS = {field.name for field in fields(Flags)}
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, and errors as JSON on stderr.")]


def complete_profiles(incomplete: str) -> list[str]:
    """List the profiles in the config file, for completion, without network, keyring and errors."""
    import os

    from imgshare_cli.errors import ConfigError

    try:
        profiles = read_config_file(find_config_path(os.environ)).profiles
        return [name for name in profiles if name.startswith(incomplete) and name.isprintable()]
    except ConfigError:
        return []


ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile", metavar="NAME", help="The profile to use.", show_default=False, autocompletion=complete_profiles
    ),
]


def common_options(  # noqa: PLR0913  (the one place where they all stand)
    ctx: typer.Context,
    *,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
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
    """Declare the options of every command that uses a service."""


def json_option_only(ctx: typer.Context, *, as_json: JsonOption = False) -> None:
    """Declare the only option of a command that is a service itself."""


def no_options(ctx: typer.Context) -> None:
    """Declare no option."""


def profile_option_only(ctx: typer.Context, *, profile: ProfileOption = None) -> None:
    """Declare the only option of a command that uses no service."""


def with_session(
    shared: Callable[..., None], *, new_profile: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Turn a function that takes a `Session` into a command that takes shared options as well.

    Args:
        shared: the function whose parameters the command takes too; they become the session's flags.
        new_profile: whether --profile may name a profile that does not exist yet.
    """

    def wrap(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def run(ctx: typer.Context, **values: Any) -> None:
            invocation: Invocation = ctx.obj
            flags = Flags(**{name: values.pop(name) for name in list(values) if name in _FLAGS})
            values.pop("as_json", None)  # main() has seen it, because errors in the arguments are JSON as well
            command(invocation.open_session(flags, new_profile=new_profile), **values)

        own = inspect.signature(command, eval_str=True).parameters
        common = inspect.signature(shared, eval_str=True).parameters
        parameters = [parameter for name, parameter in {**own, **common}.items() if name not in {"session", "ctx"}]
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [common["ctx"], *(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters)]
        )
        return run

    return wrap
