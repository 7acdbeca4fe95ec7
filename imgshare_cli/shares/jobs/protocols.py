"""What works by jobs, as the functions that decide and share see it; for type checks alone, so no run loads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.shares.changes import Change
    from imgshare_cli.shares.decisions import Decision

Result_co = TypeVar("Result_co", covariant=True)
Share_co = TypeVar("Share_co", covariant=True)
Unshare_co = TypeVar("Unshare_co", covariant=True)
Way = TypeVar("Way")
Way_co = TypeVar("Way_co", covariant=True)
Called = TypeVar("Called")
Used = TypeVar("Used")


class Find(Protocol[Way_co]):
    """Finds the second way to change something, where the API's own call is not wanted or is gone."""

    def __call__(self, endpoint: str, *, is_call_gone: bool = False) -> Way_co | None:
        """Find it for a service; None where the API's own call is used.

        Args:
            endpoint: the address of the service.
            is_call_gone: whether the service has just said that it does not have that call.
        """


class Jobs(Protocol[Result_co]):
    """The second way to decide, by jobs (IMS)."""

    def decide(self, client: ImageClient, decision: Decision) -> Result_co:
        """Decide about a share."""


class FindJobs(Find[Jobs[Result_co]], Protocol[Result_co]):
    """Finds what decides by jobs."""


class SharingJobs(Protocol[Share_co, Unshare_co]):
    """The second way to share, by jobs (IMS)."""

    def start(self, client: ImageClient, change: Change) -> Share_co:
        """Share an image."""

    def stop(self, client: ImageClient, change: Change) -> Unshare_co:
        """Stop sharing an image; NotFoundError says that it is not shared so."""


class FindSharingJobs(Find[SharingJobs[Share_co, Unshare_co]], Protocol[Share_co, Unshare_co]):
    """Finds what shares by jobs."""
