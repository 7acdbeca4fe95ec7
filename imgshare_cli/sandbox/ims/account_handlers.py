"""The calls of the services beside IMS: projects (IAM) and vaults (CBR)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from imgshare_cli.sandbox.demo_data import create_id
from imgshare_cli.sandbox.handlers import build_json_response
from imgshare_cli.sandbox.ims import parameters
from imgshare_cli.sandbox.ims.errors import GatewayError
from imgshare_cli.sandbox.query import parse_query_string

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imgshare_cli.sandbox.http_messages import Request, Response
    from imgshare_cli.sandbox.ims.vaults import Vault, VaultStore
    from imgshare_cli.sandbox.tokens import Caller

_MAX_VAULTS = 1000
_VAULT_FILTERS = ("name", "id", "object_type", "protect_type", "status")


class ProjectHandlers:
    """One method for each call of IAM. The projects are those that the sender has a role in."""

    def __init__(self, project_names: Mapping[str, str]) -> None:
        self._project_names = project_names

    def list_projects(self, callers: Mapping[str, Caller], request: Request) -> Response:
        """Handle `GET /v3/projects` and `GET /v3/auth/projects`."""
        wanted = parameters.read_parameters(request).get("name")
        projects = [self._describe_project(project_id) for project_id in callers]
        matching = [project for project in projects if wanted in {None, project["name"]}]
        links = {"self": f"{request.base_url}/v3/projects", "next": None, "previous": None}
        return build_json_response({"projects": matching, "links": links})

    def _describe_project(self, project_id: str) -> dict[str, Any]:
        domain_id = create_id(f"domain of {project_id}").replace("-", "")
        return {
            "id": project_id,
            "name": self._project_names.get(project_id, project_id),
            "domain_id": domain_id,
            "parent_id": domain_id,
            "is_domain": False,
            "enabled": True,
            "description": "",
        }


def build_identity_version(request: Request) -> Response:
    """Build the response to `GET /v3`, which needs no authentication."""
    links = [{"rel": "self", "href": f"{request.base_url}/v3/"}]
    version = {"id": "v3.6", "status": "stable", "updated": "2016-04-04T00:00:00Z", "links": links, "media-types": []}
    return build_json_response({"version": version})


class VaultHandlers:
    """One method for each call of CBR."""

    def __init__(self, vaults: VaultStore) -> None:
        self._vaults = vaults

    def list_vaults(self, caller: Caller, request: Request, project_id: str) -> Response:
        """Handle `GET /v3/{project_id}/vaults`."""
        _check_project(caller, project_id)
        pairs = parse_query_string(request.target)
        query = dict(pairs)
        limit = parameters.parse_number(query, "limit", _MAX_VAULTS)
        offset = parameters.parse_number(query, "offset", 0)
        if not 1 <= limit <= _MAX_VAULTS:
            raise GatewayError("BackupService.1001", "The parameter limit is invalid.", HTTPStatus.BAD_REQUEST)
        matching = [vault for vault in self._vaults.list_vaults(project_id) if _matches(vault, pairs)]
        page = [vault.to_json() for vault in matching[offset : offset + limit]]
        return build_json_response({"vaults": page, "count": len(matching), "limit": limit, "offset": offset})


def _check_project(caller: Caller, project_id: str) -> None:
    if project_id != caller.project_id:
        message = f"The project {project_id} is not the one that the request is authenticated for"
        raise GatewayError("APIGW.0302", message, HTTPStatus.FORBIDDEN)


def _matches(vault: Vault, pairs: list[tuple[str, str]]) -> bool:
    # There may be several IDs.
    wanted = {name: [value for key, value in pairs if key == name] for name in _VAULT_FILTERS}
    return all(getattr(vault, name) in values for name, values in wanted.items() if values)
