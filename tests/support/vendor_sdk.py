"""The vendor's SDK, `huaweicloudsdkims` and `huaweicloudsdkcbr`, as a client of a sandbox."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.support.programs import require_package

if TYPE_CHECKING:
    from imgshare_cli.sandbox import Sandbox
    from imgshare_cli.sandbox.ims.access_keys import AccessKey

_PROGRAM = Path(__file__).with_name("vendor_sdk_program.py")
REGION = "sandbox-1"


class VendorSdk:
    """The SDK with an access key; without a project, it asks the identity service for that of the region."""

    def __init__(self, sandbox: Sandbox, key: AccessKey, project_id: str | None = None) -> None:
        require_package("huaweicloudsdkims")
        self._settings = {
            "endpoint": sandbox.endpoint,
            "region": REGION,
            "access_key": key.access_key,
            "secret_key": key.secret_key,
            "security_token": key.security_token,
            "project_id": project_id,
        }

    def __enter__(self) -> Self:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._write(self._settings)
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._process.communicate()

    def ask_ims(self, operation: str, body: dict[str, Any] | None = None, **arguments: Any) -> Any:
        """Make a call of IMS and return its answer, or status, code and message of its error."""
        return self._ask("ims", operation, body, arguments)

    def ask_cbr(self, operation: str, **arguments: Any) -> Any:
        """Make a call of CBR."""
        return self._ask("cbr", operation, None, arguments)

    def _ask(self, service: str, operation: str, body: dict[str, Any] | None, arguments: dict[str, Any]) -> Any:
        self._write({"service": service, "operation": operation, "body": body, "arguments": arguments})
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    def _write(self, line: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
