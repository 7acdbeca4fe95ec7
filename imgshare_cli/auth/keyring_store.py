"""The system's keyring, asked in bounded time: it may be locked, absent, or never answer."""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, cast

from imgshare_cli.config.state_dir import find_state_folder, prepare_folder, read_state, write_state
from imgshare_cli.errors import AuthError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyring.backend import KeyringBackend

    from imgshare_cli.auth.secret_service import SecretServiceReader

T = TypeVar("T")

SERVICE = "imgshare"
BACKEND_OF_LINUX = "keyring.backends.SecretService.Keyring"
_BACKEND = "keyring-backend"
WITHOUT_KEYRING = "set IMGSHARE_TOKEN, or unlock the keyring and try again"
# Windows keeps 2,560 bytes in one credential, and keyring writes two for each character.
PART = 1200 if sys.platform == "win32" else 1 << 20
_MAX_READS = 5


class _ChangedError(AuthError):
    """Another program changed the entry while this one read it."""

    def __init__(self) -> None:
        super().__init__("another program keeps changing the entry in the keyring", hint="try again")


class KeyringStore:
    """One entry of the keyring, in as many parts as its backend needs.

    Args:
        name: the entry's name.
        seconds: how long to wait for an answer.
        waiting: called once when an answer takes more than a second, which is when a person must unlock it.
        part: the most characters that one part may have.

    Every method raises AuthError where the keyring is of no use, and those that change it ConfigError where another
    run does so for long.
    """

    where = "keyring"

    def __init__(self, name: str, *, seconds: float, waiting: Callable[[], None] | None, part: int = PART) -> None:
        self._name = name
        self._seconds = seconds
        self._waiting = waiting
        self._part = part

    def read(self) -> str | None:
        """What is stored, or None."""

        def ask() -> str | None:
            for _ in range(_MAX_READS - 1):
                with contextlib.suppress(_ChangedError):
                    return self._read_once()
            return self._read_once()

        return self._ask(ask)

    def _read_once(self) -> str | None:
        # Reading takes no lock, which a run could hold for as long as a person unlocks the keyring.
        backend = _reader()
        try:
            first = backend.get_password(SERVICE, self._name)
            if first is None:
                return None
            count, _, text = first.partition("\n")
            rest = [backend.get_password(SERVICE, self._part_name(number)) for number in range(1, int(count))]
            whole = not rest or backend.get_password(SERVICE, self._name) == first
        except Exception as exc:
            # Known by its name, because the library that raises it is there on Linux alone.
            if type(exc).__name__ == "ItemNotFoundException":
                raise _ChangedError from exc
            raise
        if not whole:
            raise _ChangedError
        return None if None in rest else text + "".join(cast("list[str]", rest))

    def write(self, text: str) -> None:
        """Store it, and read it back: some backends say yes and keep nothing."""

        def keep() -> None:
            backend = _backend()
            parts = [text[start : start + self._part] for start in range(0, len(text), self._part)]
            names = self._names(backend)
            if len(parts) > 1:
                _remove(backend, names)
                names = []
            for number, part in reversed(list(enumerate(parts))):
                # The first part counts them, and comes last: an entry is whole or not there.
                content = f"{len(parts)}\n{part}" if number == 0 else part
                backend.set_password(SERVICE, self._part_name(number), content)
            _remove(backend, names[len(parts) :])
            if "PYTHON_KEYRING_BACKEND" not in os.environ:
                write_state(_BACKEND, f"{type(backend).__module__}.{type(backend).__qualname__}", os.environ)

        with self._alone():
            self._ask(keep)
            if self.read() != text:
                raise AuthError("the keyring stored the token but does not return it", hint=WITHOUT_KEYRING)

    def delete(self) -> bool:
        """Remove the entry; whether there was one."""

        def remove() -> bool:
            backend = _backend()
            names = self._names(backend)
            _remove(backend, names)
            return bool(names)

        with self._alone():
            return self._ask(remove)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        # A keyring knows no entries of several parts, and two logins at once would mix theirs.
        from imgshare_cli.config.file_writing import lock_file

        self.read()  # so that nobody holds the lock while a person unlocks the keyring
        with contextlib.ExitStack() as held:
            with contextlib.suppress(OSError):  # where no file can be made there is no lock
                held.enter_context(lock_file(prepare_folder(find_state_folder(os.environ)) / "keyring"))
            yield

    def _part_name(self, number: int) -> str:
        return f"{self._name}#{number}" if number else self._name

    def _names(self, backend: KeyringBackend) -> list[str]:
        names: list[str] = []
        while backend.get_password(SERVICE, self._part_name(len(names))) is not None:
            names.append(self._part_name(len(names)))
        return names

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
        try:
            threading.Thread(target=run, daemon=True).start()
        except RuntimeError as exc:  # no more threads
            raise AuthError(f"the keyring cannot be accessed: {exc}", hint=WITHOUT_KEYRING) from exc
        # What every run needs next loads while the keyring takes its time.
        import_module("imgshare_cli.api.transport")
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
            raise AuthError(f"the keyring did not respond within {self._seconds:.0f} s", hint=WITHOUT_KEYRING) from None


def _reader() -> SecretServiceReader | KeyringBackend:
    # Importing keyring costs 130 ms, a whole run without it 180; by secretstorage alone it is 45.
    if _remembered_name() == BACKEND_OF_LINUX and not any(name.startswith("KEYRING_") for name in os.environ):
        from imgshare_cli.auth.secret_service import SecretServiceReader

        return SecretServiceReader()
    return _backend()


def _remove(backend: KeyringBackend, names: list[str]) -> None:
    for name in names:
        backend.delete_password(SERVICE, name)


def _backend() -> KeyringBackend:
    """The keyring's backend, if it is one that keeps secrets: `fail`, `null` and plain files have a low priority."""
    backend = _remembered() or _found()
    if backend.priority < 1:
        raise AuthError(f"no usable keyring found (backend {type(backend).__module__})", hint=WITHOUT_KEYRING)
    return backend


def _remembered() -> KeyringBackend | None:
    # Looking through all the backends for the best one costs 70 ms, more than reading the token from it.
    name = _remembered_name()
    if name is None:
        return None
    from keyring.backend import KeyringBackend
    from keyring.core import load_keyring

    try:
        backend: object = load_keyring(name)
    except (ImportError, AttributeError, ValueError, RuntimeError, TypeError):
        return None  # it has gone since
    return backend if isinstance(backend, KeyringBackend) else None


def _remembered_name() -> str | None:
    return None if "PYTHON_KEYRING_BACKEND" in os.environ else read_state(_BACKEND, os.environ)


def _found() -> KeyringBackend:
    import keyring

    return keyring.get_keyring()
