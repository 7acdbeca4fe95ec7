"""What this machine has run out of, read from the error that says so."""

from __future__ import annotations

import errno
import os

from imgshare_cli.errors import ImgshareError

_OF_THE_SYSTEM = {errno.EMFILE: "open files", errno.ENFILE: "open files", errno.ENOMEM: "memory"}
_LIMITS = {"memory": "ulimit -v", "open files": "ulimit -n", "threads": "ulimit -u", "processes": "ulimit -u"}
_UNMAPPED = "failed to map segment"  # the loader's words for no more memory


def describe_shortage(exc: BaseException) -> ImgshareError | None:
    """The sentence about this machine, where an error or one of its causes comes from its limits."""
    link: BaseException | None = exc
    while link is not None:
        if resource := _find_lacking(link):
            return create_shortage_error(resource)
        link = link.__cause__ or link.__context__
    return None


def create_shortage_error(resource: str) -> ImgshareError:
    """The error that this machine has no more of something."""
    return ImgshareError(
        f"this machine is out of {resource}",
        hint=f"close other programs, or raise the limit ({_LIMITS[resource]})",
    )


def _find_lacking(exc: BaseException) -> str | None:
    match exc:
        case MemoryError():
            return "memory"
        case OSError(errno=int() as number):
            return _OF_THE_SYSTEM.get(number)
        case RuntimeError() if "can't start new thread" in str(exc):
            return "threads"
        case ImportError():  # of a library in C, which knows no error numbers
            texts = {os.strerror(number): resource for number, resource in _OF_THE_SYSTEM.items()}
            texts[_UNMAPPED] = "memory"
            return next((resource for text, resource in texts.items() if text in str(exc)), None)
    return None
