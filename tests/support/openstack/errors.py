"""The one error of the cloud: something of it cannot be made, or did not come up."""

from __future__ import annotations


class CloudError(RuntimeError):
    """What failed, and the end of what it said about it."""

    @classmethod
    def with_tail(cls, sentence: str, output: str, lines: int = 40) -> CloudError:
        """Return the error that says this sentence and shows the last lines of this output."""
        return cls("\n".join([sentence, *output.splitlines()[-lines:]]))
