"""Looks for an image that is not here in our other projects and in other regions, and says how to get there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.models import is_project_id
from imgshare_cli.config.service_url import check_service_url
from imgshare_cli.config.settings import build_profile_option
from imgshare_cli.diagnosis.findings import Attempt, Finding
from imgshare_cli.errors import ConfigError, ForbiddenError, ImgshareError, NotFoundError, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.identity_client import IdentityClient, ImageService, Project
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.diagnosis.probe import ProbeClients

_MOST = 10


def find_elsewhere(attempt: Attempt, image_id: str, clients: ProbeClients) -> Finding | None:
    """Where the image is, if it is in another project of ours or in another region."""
    if not (directory := _directory(clients)):
        return None
    return _in_projects(attempt, image_id, clients, directory) or _in_regions(attempt, image_id, clients, directory)


def find_in_named_project(attempt: Attempt, image_id: str, clients: ProbeClients) -> Finding | None:
    """The way to the other project of ours that MEMBER names, if the image is shared with that, too."""
    directory = _directory(clients)
    return _in_projects(attempt, image_id, clients, directory, only_named=True) if directory else None


def _directory(clients: ProbeClients) -> IdentityClient | None:
    try:
        return clients.directory()
    except ImgshareError:
        return None


def _in_projects(
    attempt: Attempt, image_id: str, clients: ProbeClients, directory: IdentityClient, *, only_named: bool = False
) -> Finding | None:
    owner = None
    try:
        projects = [project for project in directory.list_projects() if project.id != attempt.project]
        named = [project for project in projects if attempt.member in project]
        others = named if only_named else named + [project for project in projects if project not in named]
        for project in others[:_MOST]:
            relation = _relation(clients.images(token=directory.request_token(project.id)), image_id, project)
            if relation == "member":
                return _wrong_project(attempt, image_id, project, clients.credential)
            if relation == "owner":
                owner = owner or project
    except ImgshareError:
        pass  # such as that of an application credential, which is for one project; what was found so far stands
    return _owned_there(attempt, image_id, owner) if owner and not only_named else None


def _relation(images: ImageClient, image_id: str, project: Project) -> str | None:
    try:
        if images.get_image(image_id).owner == project.id:
            return "owner"
        images.get_member(image_id, project.id)  # an administrator sees images that are shared with others
    except (NotFoundError, ForbiddenError):
        return None
    return "member"


def _wrong_project(attempt: Attempt, image_id: str, project: Project, credential: Credential) -> Finding:
    sentence = f"it is shared with another project of yours, {project}"
    return Finding(Reason.WRONG_PROJECT, sentence, _way_to_project(attempt, image_id, project, credential))


def _way_to_project(attempt: Attempt, image_id: str, project: Project, credential: Credential) -> str:
    what = (image_id, project.id)
    if credential.cloud:
        return (
            f"copy the entry {credential.cloud!r} of clouds.yaml under another name, with project_id "
            f"{hints.quote_text(project.id)}, and type {attempt.again(*what, {'--cloud': 'NAME'})}"
        )
    if credential.relogin_command:
        log_in = hints.build_login_command(
            credential.relogin_command, {"--project": project.id, "--project-domain": None}
        )
        return f"type {log_in}, then {attempt.again(*what)}; --profile NAME in both keeps the login you have"
    return f"type {attempt.again(*what, environ={'OS_PROJECT_ID': hints.quote_word(project.id, 'PROJECT')})}"


def _owned_there(attempt: Attempt, image_id: str, owner: Project) -> Finding:
    whom = attempt.project
    share = hints.build_command("share", hints.quote_word(image_id, "IMAGE"), hints.quote_word(whom, "MEMBER"))
    return Finding(
        Reason.NOT_A_MEMBER,
        f"the image belongs to another project of yours, {owner}, and is not shared with project {whom or 'MEMBER'}",
        f"in project {owner.name}, {share} shares it",
    )


def _in_regions(attempt: Attempt, image_id: str, clients: ProbeClients, directory: IdentityClient) -> Finding | None:
    try:
        services = directory.list_image_services()
    except ImgshareError:
        return None
    for service in list(_in_other_regions(services, clients))[:_MOST]:
        try:
            clients.images(endpoint=service.url).get_image(image_id)
        except ImgshareError:
            continue  # a region that is out of order says nothing of the others
        return _other_region(attempt, image_id, service, clients)
    return None


def _in_other_regions(services: Iterable[ImageService], clients: ProbeClients) -> Iterator[ImageService]:
    usable = [service._replace(url=url) for service in services if (url := _usable(service.url, clients))]
    here = [service for service in usable if service.url == clients.endpoint]
    interfaces = {service.interface for service in here}
    wanted = (clients.settings.interface or "public").removesuffix("URL")
    interface = wanted if wanted in interfaces or not interfaces else min(interfaces)
    regions = {service.region for service in here}
    for service in usable:
        if service.interface == interface and service.region and service.region not in regions:
            yield service


def _usable(url: str, clients: ProbeClients) -> str | None:
    try:
        return check_service_url(url, insecure_http=clients.settings.insecure_http)
    except ConfigError:
        return None  # the token must not go there


def _other_region(attempt: Attempt, image_id: str, service: ImageService, clients: ProbeClients) -> Finding:
    member = attempt.member if attempt.member and is_project_id(attempt.member) else attempt.project
    return Finding(
        Reason.REGION,
        f"it is not in this region, but in {service.region}",
        _way_to_region(attempt, (image_id, member), service, clients),
    )


def _way_to_region(attempt: Attempt, what: tuple[str, str | None], service: ImageService, clients: ProbeClients) -> str:
    # An address that was named wins over the region.
    address = service.url if clients.settings.endpoint else None
    region = hints.quote_word(service.region, "REGION")
    before = {} if address else {"OS_REGION_NAME": region}
    if clients.credential.relogin_command:
        log_in = hints.build_login_command(
            clients.credential.relogin_command, {"--endpoint": address} if address else {}, **before
        )
        return f"type {log_in}, then {attempt.again(*what, {'--endpoint': address})}"
    if address:
        return f"type {attempt.again(*what, {'--endpoint': address})}"
    keep = hints.build_command(
        "config", "set", "region", region, *hints.build_options(build_profile_option(clients.settings.profile))
    )
    return f"type {attempt.again(*what, environ=before)}; {keep} says so once for all"
