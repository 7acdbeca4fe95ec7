"""Where the process begins and ends: quiet when it is interrupted, even while Python is still importing."""

import contextlib
import gc
import os
import sys


def run() -> None:
    """Run the command line and leave."""
    # Importing makes many objects that stay; looking through them for garbage again and again costs 5 % of a run.
    gc.set_threshold(50_000, 20, 20)
    try:
        from imgshare_cli.cli import main

        code = main()
    except KeyboardInterrupt:
        print("imgshare: interrupted", file=sys.stderr)  # noqa: T201  (nothing that could print it is loaded yet)
        code = 130
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with contextlib.suppress(OSError):  # whoever was to read it has gone, and main() has dealt with that
            stream.flush()
    # Python would take its modules apart now, for a fifth of the whole run; main() has closed all that was open.
    os._exit(code)


if __name__ == "__main__":
    run()
