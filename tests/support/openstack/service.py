"""A service's process: one port for its whole life, started and stopped at will."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

import httpx

from tests.support.openstack import environment
from tests.support.openstack.errors import CloudError

LAUNCHER = Path(__file__).with_name("serve.py")
START_SECONDS = 120
STOP_SECONDS = 10


class ServiceProcess:
    """Keystone or Glance, with its configuration and its log in a folder."""

    def __init__(self, name: str, home: Path, *, workers: int) -> None:
        self._name = name
        self._home = home
        self._workers = workers
        # Bound but never listening: it keeps the port ours, also while the service is down.
        self._claim = _bound(0)
        self._port: int = self._claim.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """Stop the service and let go of its port."""
        self.stop()
        self._claim.close()

    @property
    def url(self) -> str:
        """The service's address."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def database(self) -> Path:
        """The service's SQLite file."""
        return self._home / f"{self._name}.db"

    def start(self) -> None:
        """Start the service, without waiting until it answers."""
        with _bound(self._port) as listener, self._log.open("ab") as log:
            # From here on, connections wait for the service instead of failing.
            listener.listen(1024)
            self._process = subprocess.Popen(
                # The services' libraries announce their own deprecations at length.
                [environment.PYTHON, "-W", "ignore", LAUNCHER, self._name, str(listener.fileno()), str(self._workers)],
                env=environment.sealed_environ(**{f"OS_{self._name.upper()}_CONFIG_DIR": str(self._home)}),
                pass_fds=[listener.fileno()],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until the service answers."""
        try:
            httpx.get(self.url, timeout=START_SECONDS, trust_env=False)
        except httpx.TransportError as exc:
            raise CloudError.with_tail(f"{self._name} did not come up: {exc!r}", self._log.read_text()) from exc

    def stop(self) -> None:
        """End the service's processes, if they run."""
        process, self._process = self._process, None
        if process is None:
            return
        with process:
            _end(process)

    @property
    def _log(self) -> Path:
        return self._home / f"{self._name}.log"


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    # Lets the claim and one listener share the port, and a restarted service have it at once.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
