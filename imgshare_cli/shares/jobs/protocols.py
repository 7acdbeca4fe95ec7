"""What decides by jobs, as the function that decides sees it; for type checks alone, so that no run loads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.shares.decisions import Decision

Result_co = TypeVar("Result_co", covariant=True)


class Jobs(Protocol[Result_co]):
    """The second way to decide, by jobs (IMS)."""

    def decide(self, client: ImageClient, decision: Decision) -> Result_co:
        """Decide about a share."""


class FindJobs(Protocol[Result_co]):
    """Finds the second way to decide, where the API's own call is not wanted or is gone."""

    def __call__(self, endpoint: str, *, is_call_gone: bool = False) -> Jobs[Result_co] | None:
        """Find it for a service; None where decisions are made by the API's own call.

        Args:
            endpoint: the address of the service.
            is_call_gone: whether the service has just said that it does not have that call.
        """
