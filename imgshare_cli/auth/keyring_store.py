"""Entries of the system's keyring, in bounded time: it may be locked, absent, or never answer."""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, cast

from imgshare_cli.auth import keyring_backend
from imgshare_cli.auth.keyring_backend import KeyringError, add_hint, open_backend
from imgshare_cli.config.file_reading import find_state_folder
from imgshare_cli.config.settings import DEFAULT_PROFILE
from imgshare_cli.config.state_dir import prepare_folder
from imgshare_cli.errors import AuthError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "imgshare"
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
        waiting: called once after a second without an answer, because a person must unlock it then.
        part: the maximum length of one part.
        profile: the profile of the entry, for hints.

    Every method raises AuthError if the keyring cannot be used. Those that change it raise ConfigError if another run
    keeps its lock.
    """

    where = "keyring"

    def __init__(
        self,
        name: str,
        *,
        seconds: float,
        waiting: Callable[[], None] | None,
        part: int = PART,
        profile: str = DEFAULT_PROFILE,
    ) -> None:
        self._name = name
        self._seconds = seconds
        self._waiting = waiting
        self._part = part
        self._profile = profile

    def read(self) -> str | None:
        """Read the entry; None where there is none."""

        def read_stable() -> str | None:
            for _ in range(_MAX_READS - 1):
                with contextlib.suppress(_ChangedError):
                    return self._read_once()
            return self._read_once()

        return self._run_bounded(read_stable)

    def _read_once(self) -> str | None:
        # Reading takes no lock, which a run could hold for as long as a person unlocks the keyring.
        backend = keyring_backend.open_reader()
        try:
            first = backend.get_password(SERVICE, self._name)
            if first is None:
                return None
            count, _, text = first.partition("\n")
            rest = [backend.get_password(SERVICE, self._build_part_name(number)) for number in range(1, int(count))]
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
        """Write the entry and read it back: some backends report success and store nothing."""

        def write_parts() -> None:
            backend = open_backend()
            parts = [text[start : start + self._part] for start in range(0, len(text), self._part)]
            names = self._list_parts(backend)
            if len(parts) > 1:
                _delete_parts(backend, names)
                names = []
            for number, part in reversed(list(enumerate(parts))):
                # The first part counts them, and comes last: an entry is whole or not there.
                content = f"{len(parts)}\n{part}" if number == 0 else part
                backend.set_password(SERVICE, self._build_part_name(number), content)
            _delete_parts(backend, names[len(parts) :])
            keyring_backend.remember_backend(backend)

        with self._lock():
            self._run_bounded(write_parts)
            if self.read() != text:
                problem = KeyringError("the keyring stored the token but does not return it", is_absent=True)
                raise add_hint(problem, self._profile)

    def delete(self) -> bool:
        """Delete the entry; return whether there was one."""

        def delete_parts() -> bool:
            backend = open_backend()
            names = self._list_parts(backend)
            _delete_parts(backend, names)
            return bool(names)

        with self._lock():
            return self._run_bounded(delete_parts)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        # A keyring knows no entries of several parts, and two logins at once would mix theirs.
        from imgshare_cli.config.file_writing import lock_file

        self.read()  # so that nobody holds the lock while a person unlocks the keyring
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):  # where no file can be made there is no lock
                stack.enter_context(lock_file(prepare_folder(find_state_folder(os.environ)) / "keyring"))
            yield

    def _build_part_name(self, number: int) -> str:
        return f"{self._name}#{number}" if number else self._name

    def _list_parts(self, backend: KeyringBackend) -> list[str]:
        names: list[str] = []
        while backend.get_password(SERVICE, self._build_part_name(len(names))) is not None:
            names.append(self._build_part_name(len(names)))
        return names

    def _run_bounded(self, work: Callable[[], T]) -> T:
        """Do something with the keyring in another thread, and wait for it as long as is allowed."""
        results: queue.SimpleQueue[tuple[T, None] | tuple[None, AuthError]] = queue.SimpleQueue()

        def run() -> None:
            try:
                results.put((work(), None))
            except AuthError as exc:
                results.put((None, exc))
            except BaseException as exc:  # noqa: BLE001  (backends leak every kind of error)
                results.put((None, keyring_backend.create_foreign_error(exc)))

        # A daemon, so that a keyring which never answers cannot keep the process from ending.
        try:
            threading.Thread(target=run, daemon=True).start()
        except RuntimeError as exc:  # no more threads
            raise add_hint(KeyringError(f"the keyring cannot be accessed: {exc}"), self._profile) from exc
        # What every run needs next loads while the keyring takes its time.
        import_module("imgshare_cli.api.transport")
        result, problem = self._wait_for_result(results)
        if problem:
            raise add_hint(problem, self._profile)
        return cast("T", result)

    def _wait_for_result(self, results: queue.SimpleQueue[Any]) -> Any:
        patience = min(1.0, self._seconds)
        try:
            return results.get(timeout=patience)
        except queue.Empty:
            if self._waiting:
                self._waiting()
        try:
            return results.get(timeout=self._seconds - patience)
        except queue.Empty:
            raise add_hint(
                KeyringError(f"the keyring did not respond within {self._seconds:.0f} s"), self._profile
            ) from None


def _delete_parts(backend: KeyringBackend, names: list[str]) -> None:
    for name in names:
        backend.delete_password(SERVICE, name)
