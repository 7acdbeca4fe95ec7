"""The system's keyring, asked in bounded time: it may be locked, absent, or never answer."""

from __future__ import annotations

import json
import os
import queue
import threading
from typing import TYPE_CHECKING, Any, TypeVar, cast

from imgshare_cli import state
from imgshare_cli.errors import AuthError

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "imgshare"
_BACKEND = "keyring-backend"
WITHOUT_KEYRING = "set IMGSHARE_TOKEN, or unlock the keyring and try again"


class Keyring:
    """One entry of the keyring: a profile's.

    Args:
        profile: whose entry.
        seconds: how long to wait for an answer.
        waiting: called once when an answer takes more than a second, which is when a person must unlock it.

    Every method raises AuthError where the keyring is of no use.
    """

    def __init__(self, profile: str, *, seconds: float, waiting: Callable[[], None] | None) -> None:
        self._profile = profile
        self._seconds = seconds
        self._waiting = waiting

    def read(self) -> dict[str, str] | None:
        """What is stored, or None."""
        text = self._ask(lambda: _backend().get_password(SERVICE, self._profile))
        if text is None:
            return None
        try:
            entry = json.loads(text)
        except ValueError:
            entry = None
        if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
            raise AuthError(
                f"what the keyring holds for profile {self._profile!r} was not stored by imgshare",
                hint="run `imgshare logout`, then `imgshare login`",
            )
        return entry

    def write(self, entry: dict[str, str]) -> None:
        """Store it; some backends say yes and keep nothing, so read it back."""

        def keep() -> None:
            backend = _backend()
            backend.set_password(SERVICE, self._profile, json.dumps(entry))
            if "PYTHON_KEYRING_BACKEND" not in os.environ:
                state.remember(_BACKEND, f"{type(backend).__module__}.{type(backend).__qualname__}", os.environ)

        self._ask(keep)

    def delete(self) -> bool:
        """Remove the entry; whether there was one."""

        def remove() -> bool:
            backend = _backend()
            if backend.get_password(SERVICE, self._profile) is None:
                return False
            backend.delete_password(SERVICE, self._profile)
            return True

        return self._ask(remove)

    def _ask(self, question: Callable[[], T]) -> T:
        answers: queue.SimpleQueue[tuple[T, None] | tuple[None, AuthError]] = queue.SimpleQueue()

        def run() -> None:
            try:
                answers.put((question(), None))
            except AuthError as exc:
                answers.put((None, exc))
            except BaseException as exc:  # noqa: BLE001  (backends leak every kind of error)
                # The message of a foreign error is left out: it may quote what was to be stored.
                answers.put(
                    (None, AuthError(f"the keyring cannot be used ({type(exc).__name__})", hint=WITHOUT_KEYRING))
                )

        # A daemon, so that a keyring which never answers cannot keep the process from ending.
        threading.Thread(target=run, daemon=True).start()
        answer, problem = self._wait(answers)
        if problem:
            raise problem
        return cast("T", answer)

    def _wait(self, answers: queue.SimpleQueue[Any]) -> Any:
        patience = min(1.0, self._seconds)
        try:
            return answers.get(timeout=patience)
        except queue.Empty:
            if self._waiting:
                self._waiting()
        try:
            return answers.get(timeout=self._seconds - patience)
        except queue.Empty:
            raise AuthError(f"the keyring did not answer within {self._seconds:.0f} s", hint=WITHOUT_KEYRING) from None


def _backend() -> KeyringBackend:
    """The keyring's backend, if it is one that keeps secrets: `fail`, `null` and plain files have a low priority."""
    backend = _remembered() or _found()
    if backend.priority < 1:
        raise AuthError(f"there is no usable keyring here (backend {type(backend).__module__})", hint=WITHOUT_KEYRING)
    return backend


def _remembered() -> KeyringBackend | None:
    # Looking through all the backends for the best one costs 70 ms, more than reading the token from it.
    name = state.recall(_BACKEND, os.environ)
    if name is None or "PYTHON_KEYRING_BACKEND" in os.environ:
        return None
    from keyring.core import load_keyring

    try:
        return load_keyring(name)
    except (ImportError, AttributeError, ValueError, RuntimeError):
        return None  # it has gone since


def _found() -> KeyringBackend:
    import keyring

    return keyring.get_keyring()
