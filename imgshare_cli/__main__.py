"""Where the process begins and ends: quiet when it is interrupted, even while Python is still importing."""

import os
import sys


def _forget_current_folder() -> None:
    # `python -m` searches the current folder first, where anybody may have put a `httpx.py`; the installed command
    # does not. What Python has imported by now, as this package itself, it may have found there: only `python -P`
    # helps against that. PYTHONPATH is the user's own word and stays.
    try:
        here = os.getcwd()  # noqa: PTH109  (pathlib would be imported from where we do not want to import)
    except OSError:  # it is gone, so Python has not added it
        return
    if sys.path[:1] in ([""], [here]):
        del sys.path[0]


if __name__ == "__main__" and not sys.flags.safe_path:
    _forget_current_folder()


def run() -> None:
    """Run the command line and leave."""
    try:
        _handle_interrupts()
        import gc

        # Importing makes many objects that stay; looking through them for garbage again and again costs 5 % of a run.
        gc.set_threshold(50_000, 20, 20)
        from imgshare_cli.cli.app import main

        code = main()
    except KeyboardInterrupt:
        code = _end(130, "interrupted")
    except (ImportError, MemoryError, OSError) as exc:  # too little memory or too few open files even to import
        code = _end(1, f"cannot start: {_describe_start_error(exc) or 'this machine is out of memory'}")
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:  # noqa: SIM105  (without memory or open files, contextlib may not have been imported)
            stream.flush()
        except OSError:
            pass  # its reader has gone, and main() has dealt with that
    # Python would take its modules apart now, for a fifth of the whole run; main() has closed all that was open.
    os._exit(code)


def _describe_start_error(exc: BaseException) -> str:
    # The text of an OSError begins with a number that means nothing to people.
    reason, path = getattr(exc, "strerror", None), getattr(exc, "filename", None)
    return (f"{reason}: {path}" if path else reason) if reason else str(exc)


def _handle_interrupts() -> None:
    # The first Ctrl-C is an exception; one that comes while that is dealt with leaves at once, without a traceback.
    _signal = sys.modules["_signal"]  # Python has it from its start; importing `signal` takes a while
    is_interrupted = False

    def interrupt(_number: int, _frame: object) -> None:
        nonlocal is_interrupted
        if is_interrupted:
            os._exit(130)
        is_interrupted = True
        raise KeyboardInterrupt

    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:  # else it is ignored, as in the background
        _signal.signal(_signal.SIGINT, interrupt)


def _end(code: int, sentence: str) -> int:
    if sys.stderr:  # print() would take None for stdout
        print(f"imgshare: {sentence}", file=sys.stderr)  # noqa: T201  (nothing that could print it is loaded yet)
    return code


if __name__ == "__main__":
    run()
