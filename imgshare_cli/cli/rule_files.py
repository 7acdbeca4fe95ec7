"""The rules of a run: where their file is, and whose projects `mine` are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from imgshare_cli.cli.options import text_option
from imgshare_cli.config.config_file import find_config_path
from imgshare_cli.config.file_reading import expand_path
from imgshare_cli.errors import ImgshareError

if TYPE_CHECKING:
    from pathlib import Path

    from imgshare_cli.cli.session import Session
    from imgshare_cli.rules.rule_set import RuleSet

RULES_VARIABLE = "IMGSHARE_RULES"
RULES_SUFFIX = ".toml"
_FILE_NAME = f"rules{RULES_SUFFIX}"
RulesOption = Annotated[
    str | None,
    text_option("--rules", "FILE", f"Use the rules in this file. [default: {_FILE_NAME} beside the config file]"),
]


def find_rule_file(session: Session, path: str | None) -> Path:
    """Find the path of the rules, which need not exist: of the option, the environment, or beside the config file.

    Raises:
        ConfigError: it names a user who does not exist.
    """
    if named := path or session.environ.get(RULES_VARIABLE):
        return expand_path(named, session.environ)
    return find_config_path(session.environ).with_name(_FILE_NAME)


def open_rules(session: Session, path: str | None) -> RuleSet:
    """Read the rules of a run.

    Raises:
        ConfigError: there are none, or they are not valid.
    """
    from imgshare_cli.rules.rule_file import read_rule_file

    return read_rule_file(find_rule_file(session, path), session.file.owners)


def find_own_projects(session: Session, rule_set: RuleSet) -> frozenset[str]:
    """Find the user's own projects, if a rule is about them; without an identity service there are none, with a note.

    They are those that the user may get a token for (Identity API v3, GET /v3/auth/projects). The token must be a
    fresh one: ask the image service for something first, which renews one that has expired.
    """
    if not rule_set.uses_mine:
        return frozenset()
    try:
        client = session.open_identity_client()
        projects = client.list_projects() if client else []
        problem = None if client else "a token without a login does not tell which they are"
    except ImgshareError as exc:
        projects, problem = [], exc.message
    if problem:
        note_unknown_projects(session, problem)
    return frozenset(project.id for project in projects)


def note_unknown_projects(session: Session, problem: str) -> None:
    """Say that rules about the user's own projects match nothing, and why."""
    session.output.print_note(
        f"note: rules with the owner mine match nothing, as your projects are not known: {problem}"
    )
