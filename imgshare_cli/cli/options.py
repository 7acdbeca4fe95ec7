"""The arguments and options that several commands share, each declared once."""

from __future__ import annotations

import functools
import inspect
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgshare_cli.config.config_file import find_config_path, read_config_file
from imgshare_cli.config.settings import Flags
from imgshare_cli.errors import ImgshareError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imgshare_cli.cli.invocation import Invocation


def complete_images(incomplete: str) -> list[tuple[str, str]]:
    """List the images that `list` showed last, for completion, without network, keyring or errors."""
    import os

    from imgshare_cli.cli.completion_cache import list_completions

    return list_completions(incomplete, os.environ)


ImageArgument = Annotated[
    str,
    typer.Argument(metavar="IMAGE", help="Image ID or name.", show_default=False, autocompletion=complete_images),
]
MemberArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="MEMBER", help="Project the image is shared with (ID). [default: your own]", show_default=False
    ),
]
MembersArgument = Annotated[
    list[str],
    typer.Argument(metavar="MEMBER…", help="Project IDs; your own projects also by name.", show_default=False),
]
VaultOption = Annotated[
    str | None,
    typer.Option("--vault", metavar="VAULT_ID", help="Backup vault for a full-server image (IMS).", show_default=False),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, and errors as JSON on stderr.")]


def complete_profiles(incomplete: str) -> list[str]:
    """List the profiles in the config file, for completion, without network, keyring or errors."""
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
        "--profile", metavar="NAME", help="Use this profile.", show_default=False, autocompletion=complete_profiles
    ),
]


CloudOption = Annotated[
    str | None,
    typer.Option("--cloud", metavar="NAME", help="Log in with this entry of clouds.yaml.", show_default=False),
]
EndpointOption = Annotated[
    str | None, typer.Option("--endpoint", metavar="URL", help="Image service URL.", show_default=False)
]
ProjectOption = Annotated[
    str | None,
    typer.Option("--project", metavar="ID", help="Your project, the default for MEMBER.", show_default=False),
]
TimeoutOption = Annotated[
    float | None,
    typer.Option("--timeout", metavar="SECONDS", help="Time limit for one request. [default: 30]", show_default=False),
]
CacertOption = Annotated[
    str | None,
    typer.Option("--cacert", metavar="PATH", help="Verify https with these CA certificates.", show_default=False),
]
InsecureHttpOption = Annotated[bool, typer.Option("--insecure-http", help="Allow plain http to another machine.")]
InsecureTlsOption = Annotated[bool, typer.Option("--insecure-tls", help="Do not verify certificates.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Print debug output to stderr.")]
_FLAGS = {field.name for field in fields(Flags)}
_CONTEXT = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)


def _declare_option(name: str, annotation: object, default: object = None) -> inspect.Parameter:
    """Declare an option as the parameter that a command would have for it."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


_JSON = _declare_option("as_json", JsonOption, default=False)
_PROFILE = _declare_option("profile", ProfileOption)
# Of a command that asks a service.
common_options = (
    _JSON,
    _PROFILE,
    _declare_option("cloud", CloudOption),
    _declare_option("endpoint", EndpointOption),
    _declare_option("project_id", ProjectOption),
    _declare_option("timeout", TimeoutOption),
    _declare_option("cacert", CacertOption),
    _declare_option("insecure_http", InsecureHttpOption, default=False),
    _declare_option("insecure_tls", InsecureTlsOption, default=False),
    _declare_option("debug", DebugOption, default=False),
)
# Of a command that is a service itself.
json_option_only = (_JSON,)
# Of a command that reads and changes a profile.
profile_option_only = (_PROFILE,)
no_options: tuple[inspect.Parameter, ...] = ()


def with_session(
    options: Sequence[inspect.Parameter], *, new_profile: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Turn a function that takes a `Session` into a command that takes shared options as well.

    Args:
        options: what the command takes besides the function's own parameters; they become the session's flags.
        new_profile: whether --profile may name a profile that does not exist yet.
    """

    def wrap(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def run(ctx: typer.Context, **values: Any) -> None:
            invocation: Invocation = ctx.obj
            flags = Flags(**{name: values.pop(name) for name in list(values) if name in _FLAGS})
            values.pop("as_json", None)  # main() has seen it, because errors in the arguments are JSON as well
            try:
                command(invocation.open_session(flags, new_profile=new_profile), **values)
            except ImgshareError as exc:
                if not exc.correction:
                    raise
                from imgshare_cli.cli.own_command import add_correction

                raise add_correction(exc, ctx) from exc

        own = inspect.signature(command, eval_str=True).parameters
        parameters = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for name, parameter in own.items()
            if name != "session"
        ]
        run.__signature__ = inspect.Signature([_CONTEXT, *parameters, *options])  # type: ignore[attr-defined]
        return run

    return wrap
