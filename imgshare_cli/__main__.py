"""Where the process begins: an interrupt is quiet even while Python is still importing."""

import sys


def run() -> None:
    """Run the command line and leave."""
    try:
        from imgshare_cli.cli import main

        code = main()
    except KeyboardInterrupt:
        print("imgshare: interrupted", file=sys.stderr)  # noqa: T201  (nothing that could print it is loaded yet)
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    run()
