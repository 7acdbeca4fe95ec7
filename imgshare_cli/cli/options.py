"""The arguments and options that several commands share, each declared once, and the class of all commands."""

from __future__ import annotations

import copy
import functools
import inspect
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from imgshare_cli.config.settings import DEFAULT_RETRIES, Flags
from imgshare_cli.errors import ImgshareError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imgshare_cli.cli.invocation import Invocation


class Command(TyperCommand):
    """A command whose help has the options of all commands in a group of their own, and ends with examples."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        from imgshare_cli.cli import help_text

        help_text.write_command_help(self, ctx, formatter)

    def get_short_help_str(self, limit: int = 0) -> str:  # noqa: ARG002  (it is short, and is never cut)
        """Return the first line of the help, for lists of commands."""
        return (self.help or "").strip().partition("\n")[0]


def complete(kind: str) -> Callable[[str], list[Any]]:
    """Make the function that completes a value; what that needs is imported by a TAB alone."""

    def list_values(incomplete: str) -> list[Any]:  # typer evaluates these annotations
        from imgshare_cli.cli import completion_values

        return completion_values.list_values(kind, incomplete)

    return list_values


def text_option(name: str, metavar: str, text: str, *, completes: str | None = None) -> Any:
    """Declare an option that takes a text.

    Args:
        name: the option.
        metavar: what its value is called.
        text: its help.
        completes: the kind of values that a TAB offers, if it offers any.
    """
    autocompletion = complete(completes) if completes else None
    return typer.Option(name, metavar=metavar, help=text, show_default=False, autocompletion=autocompletion)


ImageArgument = Annotated[
    str,
    typer.Argument(
        metavar="IMAGE",
        help="Image ID or name; on a terminal also the beginning of an ID that `list` showed.",
        show_default=False,
        autocompletion=complete("images"),
    ),
]
MemberArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="MEMBER",
        help="ID of the project that the image is shared with. [default: your project]",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, and errors as JSON on stderr.")]
ProfileOption = Annotated[
    str | None, text_option("--profile", "NAME", "Use this profile of the config file.", completes="profiles")
]
CloudOption = Annotated[
    str | None, text_option("--cloud", "NAME", "Log in with this entry of clouds.yaml.", completes="clouds")
]
EndpointOption = Annotated[str | None, text_option("--endpoint", "URL", "Image service URL.")]
TimeoutOption = Annotated[
    str | None,
    text_option("--timeout", "DURATION", "Time limit for a request and its retries, such as 90s or 5m. [default: 30s]"),
]
RetriesOption = Annotated[
    int,
    typer.Option("--retries", metavar="N", min=0, max=1000, help="Repeat a failed request up to N times."),
]
CacertOption = Annotated[str | None, text_option("--cacert", "PATH", "Verify https with these CA certificates.")]
InsecureHttpOption = Annotated[bool, typer.Option("--insecure-http", help="Allow plain http to another machine.")]
InsecureTlsOption = Annotated[bool, typer.Option("--insecure-tls", help="Do not verify certificates.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Log requests and decisions to stderr.")]
NoInputOption = Annotated[bool, typer.Option("--no-input", help="Never ask; fail where an answer is needed.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
_FLAGS = {field.name for field in fields(Flags)}
_CONTEXT = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)


def declare_option(
    name: str, annotation: Any, default: object = None, *, panel: str | None = None
) -> inspect.Parameter:
    """Declare an option as the parameter that a command would have for it; its help may be below another heading."""
    if panel:
        option = copy.copy(annotation.__metadata__[0])
        option.rich_help_panel = panel
        annotation = Annotated[annotation.__origin__, option]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


_JSON = declare_option("as_json", JsonOption, default=False)
_PROFILE = declare_option("profile", ProfileOption)
MANY = "Many at once"  # the heading of the options of batches
DEFAULT_MEMBER = "Your project's ID, the default for MEMBER. [default: the token's]"


def build_common_options(
    *,
    project: str = "Your project's ID. [default: the token's]",
    with_json: bool = True,
) -> tuple[inspect.Parameter, ...]:
    """Build the options of a command that asks a service.

    Args:
        project: the help of --project.
        with_json: whether the command has an answer to print as JSON.
    """
    return (
        *((_JSON,) if with_json else ()),
        _PROFILE,
        declare_option("cloud", CloudOption),
        declare_option("endpoint", EndpointOption),
        declare_option("project_id", Annotated[str | None, text_option("--project", "ID", project)]),
        declare_option("timeout", TimeoutOption),
        declare_option("retries", RetriesOption, default=DEFAULT_RETRIES),
        declare_option("cacert", CacertOption),
        declare_option("insecure_http", InsecureHttpOption, default=False),
        declare_option("insecure_tls", InsecureTlsOption, default=False),
        # Wrappers pass it to every command, also to those that ask nothing.
        declare_option("no_input", NoInputOption, default=False),
        declare_option("debug", DebugOption, default=False),
    )


common_options = build_common_options()
member_options = build_common_options(project=DEFAULT_MEMBER)
IMS = "IMS"  # the heading of options that only Huawei-style clouds know
JobsApiOption = Annotated[bool, typer.Option("--jobs-api", help="Decide by a job, and wait for its end.")]
# Of `accept` and `reject`.
decision_options = (*member_options, declare_option("jobs_api", JobsApiOption, default=False, panel=IMS))
# Of commands that ask no service.
json_option_only = (_JSON,)
profile_option_only = (_PROFILE,)
profile_and_json_options = (_JSON, _PROFILE)


def _create_flags(values: dict[str, Any]) -> Flags:
    if values.get("timeout") is not None:
        from imgshare_cli.config.durations import parse_timeout

        values["timeout"] = parse_timeout(values["timeout"], "--timeout", UsageError)
    return Flags(**values)


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
            flags = _create_flags({name: values.pop(name) for name in list(values) if name in _FLAGS})
            values.pop("as_json", None)  # main() has seen it, because errors in the arguments are JSON as well
            try:
                command(invocation.open_session(flags, ctx, new_profile=new_profile), **values)
            except ImgshareError as exc:
                if not exc.correction:
                    raise
                from imgshare_cli.cli.corrections import add_corrected_command

                raise add_corrected_command(exc, ctx) from exc

        own = inspect.signature(command, eval_str=True).parameters
        parameters = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for name, parameter in own.items()
            if name != "session"
        ]
        run.__signature__ = inspect.Signature([_CONTEXT, *parameters, *options])  # type: ignore[attr-defined]
        return run

    return wrap
