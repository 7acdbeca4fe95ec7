"""Where `imgshare login` stores a credential, and the question about a file where there is no keyring."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.auth.keyring_backend import KeyringError, build_token_file_command
from imgshare_cli.auth.store import open_token_store, write_credential
from imgshare_cli.config.settings import build_profile_option
from imgshare_cli.errors import AuthError, ConfigError, InterruptedByUserError
from imgshare_cli.terminal.questions import ask_yes

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.auth.file_store import FileStore
    from imgshare_cli.auth.keyring_store import KeyringStore
    from imgshare_cli.cli.session import Session
    from imgshare_cli.config.settings import Settings

# What needs no store: with an access key, and with a token.
_VARIABLES = {True: "IMGSHARE_ACCESS_KEY and IMGSHARE_SECRET_KEY", False: "IMGSHARE_TOKEN"}


def choose_store(
    session: Session,
    settings: Settings,
    *,
    required: bool,
    is_key: bool = False,
    check: Callable[[], None] = lambda: None,
) -> Settings:
    """Return the settings with a store that can be used: where there is no keyring, the user may choose a file.

    Args:
        session: the run.
        settings: the settings of the store.
        required: whether nobody can go on without a store.
        is_key: whether an access key is to be stored, instead of a token.
        check: called before the question, which is not asked where this fails.

    Raises:
        AuthError: the keyring cannot be used.
        InterruptedByUserError: the user wants no file, and nobody can go on without one.
    """
    try:
        open_store(session, settings).read()
    except KeyringError as exc:
        if exc.is_absent and session.is_attended:
            check()
            in_file = replace(settings, token_store="file")  # noqa: S106  (the name of a kind of store)
            if _ask_for_file(session, open_store(session, in_file).where, "secret key" if is_key else "token"):
                return in_file
            if required:
                raise _create_refused_error(session, is_key=is_key) from exc
        if required:
            raise _name_variables(exc, is_key=is_key) from exc
    return settings


def _name_variables(error: KeyringError, *, is_key: bool) -> AuthError:
    """Name the variables that need no store: an access key has others than a token."""
    return error.replace(hint=str(error.hint).replace(_VARIABLES[False], _VARIABLES[True])) if is_key else error


def _ask_for_file(session: Session, path: str, secret: str) -> bool:
    note = session.output.print_note
    note(f"There is no keyring to store the {secret} in. It can be stored in a file that only you can read (mode 600):")
    note(f"  {path}")
    return ask_yes(session.output, "Store it there, now and later (token_store = file)?")


def _create_refused_error(session: Session, *, is_key: bool) -> InterruptedByUserError:
    other = f"{_VARIABLES[True]} need" if is_key else f"a clouds.yaml or {_VARIABLES[False]} needs"
    again = hints.build_command("login", *hints.build_options(build_profile_option(session.profile)))
    return InterruptedByUserError(
        "you answered no, so nothing was stored and you are not logged in",
        hint=f"{again} asks again; {other} no store",
    )


def open_store(session: Session, settings: Settings) -> KeyringStore | FileStore:
    """Open the store, with a note where the keyring is locked."""
    return open_token_store(settings, session.environ, waiting=partial(note_waiting, session))


def note_waiting(session: Session) -> None:
    """Say that the keyring is locked, and that the run goes on when it is not."""
    session.output.print_note("waiting for your keyring to be unlocked…")


def store_credential(
    session: Session, store: KeyringStore | FileStore, credential: Credential, *, required: bool
) -> str | None:
    """Store a credential and return where; where it is not required, a failure is only noted."""
    try:
        write_credential(store, credential)
    except (AuthError, ConfigError) as exc:
        if required:
            raise
        if getattr(exc, "is_absent", False):
            keep = build_token_file_command(session.profile)
            session.output.print_note(
                f"note: the token is not stored, so every run logs in again; {keep} stores it in a file that only you "
                "can read"
            )
        else:
            session.output.print_note(f"note: {exc.message}, so the token is not stored and every run logs in again")
        return None
    return store.where
