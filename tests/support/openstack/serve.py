"""Serve Keystone or Glance on a socket that listens already, until stdin ends; runs inside `.venv-cloud`."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped] # lives in .venv-cloud alone


class Server(BaseApplication):  # type: ignore[misc] # for the same reason
    """Gunicorn with one of the two services in it."""

    def __init__(self, service: str, descriptor: str, workers: str) -> None:
        self._service = service
        self._settings = {
            "bind": f"fd://{descriptor}",
            "workers": int(workers),
            "preload_app": True,
            "proc_name": service,
            "control_socket_disable": True,
            "graceful_timeout": 5,
            "timeout": 120,
            "post_fork": _watch_stdin,
            "worker_exit": _leave_at_once,
        }
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what it would otherwise read from its command line."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the service's WSGI application."""
        return importlib.import_module(f"{self._service}.wsgi.api").application


def _leave_at_once(_server: Any, worker: Any) -> None:
    # The services' own goodbyes take seconds, and nothing of this run is kept. A worker that never came up has an
    # exit code to deliver instead: it tells the server to give up.
    if worker.booted:
        os._exit(0)


def _watch_stdin(_server: Any, _worker: Any) -> None:
    # In the workers, so that they end also when the server they belong to was killed.
    threading.Thread(target=_end_with_stdin, daemon=True).start()


def _end_with_stdin() -> None:
    # Nobody writes: the pipe ends when the parent process is done with it, or dead. Not through sys.stdin, whose
    # lock would be held when the process exits.
    os.read(0, 1)
    os.killpg(0, signal.SIGTERM)


if __name__ == "__main__":
    server = Server(*sys.argv[1:])
    # Both services read the command line as their own when they load.
    sys.argv = sys.argv[1:2]
    server.run()
