"""Decisions by jobs in a run: where they are used, how long they are waited for, and what hints name."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from imgshare_cli.cli.typed_command import TypedCommand
from imgshare_cli.shares.jobs.decisions import SingleJobs
from imgshare_cli.shares.jobs.endpoints import JobEndpoints
from imgshare_cli.shares.jobs.kept_jobs import KeptJobs
from imgshare_cli.shares.jobs.poll import JobPoll, get_patience
from imgshare_cli.shares.jobs.runner import JobRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    import typer

    from imgshare_cli.config.settings import Settings
    from imgshare_cli.shares.jobs.sharing import JobSharing
    from imgshare_cli.shares.single_sharing import SingleSharing
    from imgshare_cli.terminal.output import Output


@dataclass(frozen=True)
class JobRuns:
    """Creates what decides by jobs.

    Attributes:
        settings: the settings of the run.
        environ: its environment.
        context: its command line.
        output: where its progress is shown.
    """

    settings: Settings
    environ: Mapping[str, str]
    context: typer.Context
    output: Output

    @cached_property
    def endpoints(self) -> JobEndpoints:
        """What knows which services take decisions only as jobs."""
        always = self.settings.decide_by == "jobs"
        return JobEndpoints(self.environ, always=always, never=self.settings.service == "glance" and not always)

    @cached_property
    def poll(self) -> JobPoll:
        """How a job is waited for."""
        typed = TypedCommand(self.context)
        again = "the same command" if typed.options.get("--from") == "-" else typed.build({})
        return JobPoll(get_patience(self.settings.timeout), describe_again=lambda: again)

    def find_single(self, endpoint: str, *, is_call_gone: bool = False) -> SingleJobs | None:
        """Find what decides about one image at a time; see `FindJobs`."""
        is_used = self.endpoints.are_jobs_used(endpoint, is_call_gone=is_call_gone)
        return SingleJobs(self.create_runner, self._show_progress) if is_used else None

    def create_sharing(self, project_id: str | None) -> JobSharing:
        """Create what shares images.

        Args:
            project_id: the project that shares them, where it is known.
        """
        from imgshare_cli.shares.jobs.sharing import JobSharing

        return JobSharing(self.poll, project_id)

    def create_single_sharing(self, project_id: str | None) -> SingleSharing:
        """Create what shares one image at a time; see `create_sharing`."""
        from imgshare_cli.shares.single_sharing import SingleSharing

        return SingleSharing(self.create_sharing(project_id), self._show_progress)

    def create_runner(self, endpoint: str, is_stopped: Callable[[], bool] = lambda: False) -> JobRunner:
        """Create what decides by jobs at a service.

        Args:
            endpoint: the address of the service.
            is_stopped: whether no more jobs are to be begun.
        """
        return JobRunner(KeptJobs(endpoint, self.environ), self.poll, is_stopped)

    def _show_progress(self, text: str) -> AbstractContextManager[None]:
        # `--wait` shows something already, and a review has the screen for itself.
        is_shown = "--wait" in TypedCommand(self.context).options or self.context.info_name == "review"
        return contextlib.nullcontext() if is_shown else self.output.show_progress(text)
