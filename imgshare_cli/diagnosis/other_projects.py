"""Looks for an image in the user's other projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.diagnosis.findings import Finding
from imgshare_cli.errors import ForbiddenError, ImgshareError, NotFoundError, Reason, RefusedError

if TYPE_CHECKING:
    from imgshare_cli.api.credential import Credential
    from imgshare_cli.api.identity_client import IdentityClient, Project
    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.diagnosis.attempt import Attempt
    from imgshare_cli.diagnosis.probe import ProbeClients

_MAX_PROJECTS = 10


def find_in_other_projects(
    attempt: Attempt, image_id: str, clients: ProbeClients, identity: IdentityClient, *, only_named: bool = False
) -> Finding | None:
    """Find another project of the user that the image is shared with, or that owns it.

    Args:
        attempt: the command that was refused.
        image_id: the image.
        clients: the clients for further requests.
        identity: the identity service, which knows the user's projects.
        only_named: whether to look only in the project that MEMBER names, and only for a share.
    """
    owner = None
    try:
        for project in _list_projects(attempt, identity, only_named=only_named)[:_MAX_PROJECTS]:
            relation = _find_relation(
                clients.create_image_client(credential=identity.request_credential(project.id)), image_id, project
            )
            if relation == "member":
                return _explain_wrong_project(attempt, image_id, project, clients.credential)
            if relation == "owner":
                owner = owner or project
    except ImgshareError:
        pass  # an application credential, for example, is limited to one project; an owner found before still counts
    return _explain_not_shared(attempt, image_id, owner) if owner and not only_named else None


def _list_projects(attempt: Attempt, identity: IdentityClient, *, only_named: bool) -> list[Project]:
    """List the user's other projects, those that MEMBER names first."""
    projects = [project for project in identity.list_projects() if project.id != attempt.project_id]
    named = [project for project in projects if attempt.member in {project.id, project.name}]
    return named if only_named else named + [project for project in projects if project not in named]


def _find_relation(images: ImageClient, image_id: str, project: Project) -> str | None:
    """Find out what an image is to a project: `owner`, `member` or None."""
    try:
        if images.get_image(image_id).owner == project.id:
            return "owner"
        images.get_member(image_id, project.id)  # an administrator also sees images that are shared with others
    except (NotFoundError, ForbiddenError, RefusedError):
        return None
    return "member"


def _explain_wrong_project(attempt: Attempt, image_id: str, project: Project, credential: Credential) -> Finding:
    return Finding(
        Reason.WRONG_PROJECT,
        f"it is shared with another of your projects, {project}",
        _build_project_hint(attempt, image_id, project, credential),
    )


def _build_project_hint(attempt: Attempt, image_id: str, project: Project, credential: Credential) -> str:
    """Say how to run the command in another project, which depends on how the user logged in."""
    arguments = (image_id, project.id)
    if credential.access_key_id:  # the key is signed for the project that is named
        return f"run {attempt.build_retry_command(*arguments, {'--project': project.id})}"
    if credential.cloud:
        return (
            f"copy the entry {credential.cloud!r} in clouds.yaml to a new name, with project_id "
            f"{hints.quote_text(project.id)}, and run {attempt.build_retry_command(*arguments, {'--cloud': 'NAME'})}"
        )
    if credential.relogin_command:
        log_in = hints.build_login_command(
            credential.relogin_command, {"--project": project.id, "--project-domain": None}
        )
        retry = attempt.build_retry_command(*arguments)
        return f"run {log_in}, then {retry}; add --profile NAME to both to keep your current login"
    environ = {"OS_PROJECT_ID": hints.quote_word(project.id, "PROJECT")}
    return f"run {attempt.build_retry_command(*arguments, environ=environ)}"


def _explain_not_shared(attempt: Attempt, image_id: str, owner: Project) -> Finding:
    own = attempt.project_id
    share = hints.build_command("share", hints.quote_word(image_id, "IMAGE"), hints.quote_word(own, "MEMBER"))
    return Finding(
        Reason.NOT_A_MEMBER,
        f"the image belongs to another of your projects, {owner}, and is not shared with project {own or 'MEMBER'}",
        f"in project {owner.name}, {share} shares it",
    )
