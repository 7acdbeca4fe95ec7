"""Makes calls with the vendor's SDK, one for each line of JSON; a program of its own, because the SDK warns a lot."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkcore.utils.http_utils import sanitize_for_serialization

_CLIENTS = {"ims": ("huaweicloudsdkims.v2", "ImsClient"), "cbr": ("huaweicloudsdkcbr.v1", "CbrClient")}


def serve() -> None:
    """Answer until stdin ends."""
    settings = json.loads(sys.stdin.readline())
    clients = {name: _create_client(name, settings) for name in _CLIENTS}
    for line in sys.stdin:
        call = json.loads(line)
        sys.stdout.write(json.dumps(_make_call(clients[call["service"]], **call)) + "\n")
        sys.stdout.flush()


def _create_client(service: str, settings: dict[str, str]) -> Any:
    module, name = _CLIENTS[service]
    credentials = BasicCredentials(settings["access_key"], settings["secret_key"], settings.get("project_id"))
    credentials.with_iam_endpoint(settings["endpoint"])
    if token := settings.get("security_token"):
        credentials.with_security_token(token)
    builder = getattr(importlib.import_module(module), name).new_builder().with_credentials(credentials)
    return builder.with_region(Region(settings["region"], settings["endpoint"])).build()


def _make_call(client: Any, service: str, operation: str, arguments: dict[str, Any], body: Any) -> Any:
    models = importlib.import_module(_CLIENTS[service][0])
    words = "".join(word.title() for word in operation.split("_"))
    request = getattr(models, f"{words}Request")(**arguments)
    if body is not None:
        request.body = getattr(models, body.pop("model", f"{words}RequestBody"))(**body)
    try:
        return sanitize_for_serialization(getattr(client, operation)(request))
    except ServiceResponseException as exc:
        return {"status": exc.status_code, "code": exc.error_code, "message": exc.error_msg}


if __name__ == "__main__":
    serve()
