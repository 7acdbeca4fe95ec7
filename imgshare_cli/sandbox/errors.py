"""The one way in which the service says no."""

from __future__ import annotations

NOT_FOUND = "The resource could not be found."


class RefusalError(Exception):
    """A status, a sentence, and what Glance's error pages carry beside them.

    Attributes:
        status: the HTTP status.
        sentence: the reason, in Glance's words.
        tail: what follows the sentence in Glance's page before it is put into a format.
        headers: headers that belong to this refusal alone.
    """

    def __init__(
        self,
        status: int,
        sentence: str,
        *,
        tail: str = "<br /><br />\n\n\n",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.tail = tail
        self.headers = headers


def forbidden(action: str) -> RefusalError:
    """The refusal of a policy, which names its rule and no reason."""
    return RefusalError(403, f"You are not authorized to complete {action} action.")


def denied(detail: str) -> RefusalError:
    """The refusal whose reason Glance puts below its sentence."""
    return RefusalError(403, "Access was denied to this resource.", tail=f"<br /><br />\n{detail}\n\n")
