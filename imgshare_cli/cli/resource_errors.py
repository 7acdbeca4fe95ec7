"""Recognizes errors that mean that this machine has run out of memory, files or threads."""

from __future__ import annotations

import errno
import os

from imgshare_cli.errors import ImgshareError

_RESOURCES = {errno.EMFILE: "open files", errno.ENFILE: "open files", errno.ENOMEM: "memory"}
_LIMITS = {"memory": "ulimit -v", "open files": "ulimit -n", "threads": "ulimit -u", "processes": "ulimit -u"}
_MAP_FAILURE = "failed to map segment"  # the loader's message when there is no more memory


def describe_shortage(exc: BaseException) -> ImgshareError | None:
    """Create the error for a shortage, where an exception or one of its causes is due to one."""
    cause: BaseException | None = exc
    while cause is not None:
        if resource := _find_lacking_resource(cause):
            return create_shortage_error(resource)
        cause = cause.__cause__ or cause.__context__
    return None


def create_shortage_error(resource: str) -> ImgshareError:
    """Create the error that this machine has no more of a resource."""
    return ImgshareError(
        f"this machine is out of {resource}",
        hint=f"close other programs, or raise the limit ({_LIMITS[resource]})",
    )


def _find_lacking_resource(exc: BaseException) -> str | None:
    match exc:
        case MemoryError():
            return "memory"
        case OSError(errno=int() as number):
            return _RESOURCES.get(number)
        case RuntimeError() if "can't start new thread" in str(exc):
            return "threads"
        case ImportError():  # from a library in C, without an error number
            texts = {os.strerror(number): resource for number, resource in _RESOURCES.items()}
            texts[_MAP_FAILURE] = "memory"
            return next((resource for text, resource in texts.items() if text in str(exc)), None)
    return None
