"""The backup service (CBR): its list of vaults, each checked to be what was asked for."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from imgshare_cli import hints
from imgshare_cli.api.error_bodies import read_error_code
from imgshare_cli.api.image_paths import quote_segment
from imgshare_cli.api.ims_meanings import PERMISSION_HINT
from imgshare_cli.api.response import MAX_MANY, create_mismatch_error, parse_object
from imgshare_cli.api.status_errors import create_status_error
from imgshare_cli.api.vaults import Vault
from imgshare_cli.errors import UnavailableError

if TYPE_CHECKING:
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.response import Response
    from imgshare_cli.api.transport import HttpTransport
    from imgshare_cli.errors import ImgshareError

_API = "backup"
_LIMIT = 100  # a vault may list hundreds of servers
_MAX_VAULTS = 10_000
_MAX_PAGES = 200
_MAX_BYTES = 64 << 20  # of all pages: what came is kept, and takes more as objects
_OF_OTHER_SERVERS = {404, 405, 406, 411, 415}  # unless the body has an error code
_FILTER = {"object_type": "server", "protect_type": "backup"}
_HINTS = {
    403: "ask for a role that can read backup vaults, such as 'CBR ReadOnlyAccess'",
    404: "check vault_endpoint: it must be the address of the backup service (CBR)",
}


class VaultClient:
    """The call of the CBR v3 API that full-server images need.

    Args:
        transport: an authenticated connection to the backup service.
        credential: what its requests carry, for errors.
    """

    def __init__(self, transport: HttpTransport, credential: Credential) -> None:
        self._transport = transport
        self._credential = credential

    def list_vaults(self, project_id: str) -> list[Vault]:
        """List the vaults of a project that keep backups of servers, each once.

        The `count` of the answer is not relied on, and vaults may be created while the pages are read.

        Raises:
            ImgshareError: the service refuses, does not answer, or answers with something else.
        """
        vaults: dict[str, Vault] = {}
        offset = size = 0
        for _ in range(_MAX_PAGES):
            page, count, length = self._read_page(project_id, offset)
            new = {vault.id: vault for vault in page if vault.id not in vaults}
            vaults |= new
            offset, size = offset + len(page), size + length
            if not new and len(page) >= _LIMIT:
                raise UnavailableError("the list of backup vaults makes no progress", hint="try again later")
            if not new or (len(page) < _LIMIT and offset >= count):
                return [vault for vault in vaults.values() if _matches_filter(vault)]
            if len(vaults) > _MAX_VAULTS or size > _MAX_BYTES:
                break
        raise UnavailableError(
            "the list of backup vaults does not end",
            hint=f"{hints.build_command('accept', 'IMAGE', '--vault', 'ID')} needs no list",
        )

    def _read_page(self, project_id: str, offset: int) -> tuple[list[Vault], int, int]:
        """Read some vaults, how many the service says there are, and the bytes that this took."""
        query = urlencode({**_FILTER, "limit": _LIMIT, "offset": offset})
        path = f"/v3/{quote_segment('project', project_id)}/vaults?{query}"
        response = self._transport.send("GET", path, limit=MAX_MANY)
        if response.status != HTTPStatus.OK:
            raise self._create_error(response, project_id)
        body = parse_object(response, _API)
        rows, count = body.get("vaults"), body.get("count")
        if not isinstance(rows, list) or len(rows) > _MAX_VAULTS:
            raise create_mismatch_error(response, "an object without a list of vaults", _API)
        vaults = [_read_vault(response, row) for row in rows]
        return vaults, count if type(count) is int else 0, len(response.body)

    def _create_error(self, response: Response, project_id: str) -> ImgshareError:
        status = response.status
        if status < HTTPStatus.BAD_REQUEST or (status in _OF_OTHER_SERVERS and not read_error_code(response)):
            return create_mismatch_error(response, response.status_line, _API)
        doing = f"list the backup vaults of project {project_id}"
        error = create_status_error(response, doing, self._credential, _HINTS)
        # A code of the gateway says what is missing at IMS, unless the response names the permission.
        return error.replace(hint=_HINTS[403]) if error.hint == PERMISSION_HINT else error


def _read_vault(response: Response, row: Any) -> Vault:
    try:
        return Vault.from_json(row if isinstance(row, dict) else {})
    except ValueError as exc:
        raise create_mismatch_error(response, f"a vault {exc}", _API) from exc


def _matches_filter(vault: Vault) -> bool:
    """Check a filter again that the service may not know."""
    return vault.object_type == _FILTER["object_type"] and vault.protect_type == _FILTER["protect_type"]
