"""Renewals of a rejected credential: one at a time for all workers, as often as one expires, until one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli.api.retries import repeat_until
from imgshare_cli.errors import ImgshareError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.credential import Credential


class Renewals:
    """Replaces credentials; the caller holds the lock that makes the other workers wait.

    Args:
        request_new: requests a credential in place of another, in so many seconds; None if only a person can get one.
        seconds: the time for one renewal, in which an identity service that does not answer is asked again.
        debug: called with what is going on.

    Attributes:
        count: how many renewals have ended, whether they succeeded or not.
    """

    def __init__(
        self,
        request_new: Callable[[Credential, float], Credential | None],
        seconds: float,
        debug: Callable[[str], None],
    ) -> None:
        self._request_new = request_new
        self._seconds = seconds
        self._debug = debug
        self._newest: Credential | None = None
        self._failure: ImgshareError | None = None
        self.count = 0

    def renew(self, rejected: Credential, count: int, *, was_accepted: bool) -> Credential | None:
        """Get a credential in place of a rejected one; None if only a person can get one.

        Args:
            rejected: the credential.
            count: how many renewals had ended when the caller began to wait for its turn.
            was_accepted: whether the service accepted the credential before, so that it has expired now.

        Raises:
            ImgshareError: the renewal failed; so did that for which the caller has waited, or a login was refused.
        """
        if self._failure and (self.count != count or not isinstance(self._failure, UnavailableError)):
            raise self._failure.replace()  # a copy: each worker adds its own traceback
        if rejected is self._newest and not was_accepted:
            return None  # it is new already: another would be rejected as well
        try:
            new = repeat_until(lambda seconds: self._request_new(rejected, seconds), self._seconds, self._debug)
        except ImgshareError as exc:
            self._failure = exc.replace()
            raise
        finally:
            self.count += 1
        self._newest, self._failure = new, None
        return new
