"""Recognizes errors of this machine: output that cannot be written, and no more memory, files or threads."""

from __future__ import annotations

import errno
import os

from imgshare_cli.errors import MachineError

_RESOURCES = {errno.EMFILE: "open files", errno.ENFILE: "open files", errno.ENOMEM: "memory"}
_LIMITS = {"memory": "ulimit -v", "open files": "ulimit -n", "threads": "ulimit -u", "processes": "ulimit -u"}
_ELSEWHERE = "write the output elsewhere"
# What writing to standard output can fail with, and what helps; network errors are others.
_OUTPUT_HINTS = {
    errno.ENOSPC: f"free some space there, or {_ELSEWHERE}",
    errno.EDQUOT: f"free some space there, or {_ELSEWHERE}",
    errno.EFBIG: f"raise the limit (ulimit -f), or {_ELSEWHERE}",
    errno.EBADF: "standard output is closed: redirect it to a file or to /dev/null",
    **dict.fromkeys((errno.EIO, errno.EPERM, errno.EACCES, errno.EROFS, errno.ENXIO), _ELSEWHERE),
    **dict.fromkeys((errno.ESTALE, errno.ETIMEDOUT, errno.ECONNRESET, errno.ENOTCONN), _ELSEWHERE),
}
_MAP_FAILURE = "failed to map segment"  # the loader's message when there is no more memory


def describe_output_failure(exc: BaseException) -> MachineError | None:
    """Create the error for output that cannot be written, where an exception says so."""
    if not isinstance(exc, OSError) or exc.filename is not None or exc.errno not in _OUTPUT_HINTS:
        return None
    return MachineError(
        f"cannot write the output: {exc.strerror}",
        hint=f"{_OUTPUT_HINTS[exc.errno]}; what the command has changed stays changed",
    )


def describe_shortage(exc: BaseException) -> MachineError | None:
    """Create the error for a shortage, where an exception or one of its causes is due to one."""
    cause: BaseException | None = exc
    while cause is not None:
        if resource := _find_lacking_resource(cause):
            return create_shortage_error(resource)
        cause = cause.__cause__ or cause.__context__
    return None


def create_shortage_error(resource: str) -> MachineError:
    """Create the error that this machine has no more of a resource."""
    return MachineError(
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
