"""Shares many images with many projects, or stops that, as the options of `share` or `unshare` say."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from imgshare_cli import hints
from imgshare_cli.api.pace import Pace
from imgshare_cli.batch.items import Item
from imgshare_cli.batch.pairs import pair_items
from imgshare_cli.batch.shard import parse_shard, select_items
from imgshare_cli.batch.sharing import SharingTask
from imgshare_cli.cli.batches.jobs import prepare_sharing
from imgshare_cli.cli.batches.options import DEFAULT_JOBS, create_missing_error
from imgshare_cli.cli.batches.projects import select_projects
from imgshare_cli.cli.batches.run import Batch, run_batch
from imgshare_cli.cli.batches.source import Source, open_file
from imgshare_cli.cli.confirmation import confirm_unshare
from imgshare_cli.cli.id_prefixes import build_id_shortener
from imgshare_cli.cli.owner_names import describe_owner, get_owner_names
from imgshare_cli.cli.project_arguments import open_project_names
from imgshare_cli.cli.target import ShareTarget
from imgshare_cli.errors import InterruptedByUserError, UsageError
from imgshare_cli.shares.image_lookup import find_named_image
from imgshare_cli.terminal.batch_output import Verb
from imgshare_cli.terminal.outcome import describe_sharing, describe_unsharing

if TYPE_CHECKING:
    from collections.abc import Callable

    from imgshare_cli.api.image_client import ImageClient
    from imgshare_cli.api.images import Image
    from imgshare_cli.batch.outcome import Outcome
    from imgshare_cli.batch.pairs import SelectedProject
    from imgshare_cli.cli.batches.sharing_options import SharingFlags
    from imgshare_cli.cli.session import Session

_SHARE = Verb("share", "sharing", "shared", "with")
_UNSHARE = Verb("unshare", "unsharing", "unshared", "from")


def run_sharing(  # noqa: PLR0913  (the options of share)
    session: Session, flags: SharingFlags, *, image: str | None, members: list[str], is_unshare: bool, yes: bool = False
) -> None:
    """Share images with projects, or stop that, and print an outcome for each pair.

    Args:
        session: the run.
        flags: the options of the batch.
        image: the only image, where it was given as an argument.
        members: projects that were given as arguments.
        is_unshare: whether sharing is stopped.
        yes: whether nobody is asked.

    Raises:
        UsageError: the options contradict each other, or nobody may be asked.
        InterruptedByUserError: the person says no.
        ImgshareError: what `run_batch` raises.
    """
    if image is None and flags.from_ is None:
        raise create_missing_error(session, "IMAGE")
    shard = parse_shard(flags.shard) if flags.shard is not None else None
    is_asked = is_unshare and session.is_at_terminal and not (yes or flags.dry_run)
    projects = select_projects(session, [*members, *flags.to], flags.projects, flags.projects_file)
    source = _open_source(session, flags, image, projects, is_unshare=is_unshare, is_asked=is_asked)
    if shard:
        source = replace(source, items=select_items(source.items, shard, None))
    pace = Pace()
    connect = partial(session.open_worker_client, pace)
    jobs = prepare_sharing(session, connect, flags.jobs or DEFAULT_JOBS)
    task = SharingTask(
        open_tool=connect,
        find_image=partial(_find_own_image, session),
        credential=session.credential,
        is_unshare=is_unshare,
        is_dry_run=flags.dry_run,
        shard=shard,
        find_jobs=jobs.find,
    )
    batch = Batch(
        source,
        task,
        _UNSHARE if is_unshare else _SHARE,
        _build_describe(session),
        lambda: pace.rate,
        pace.stop,
        flags.jobs or DEFAULT_JOBS,
        flags.fail_fast,
        is_dry_run=flags.dry_run,
        end_input=jobs.end_input,
    )
    run_batch(session, batch, threading.Event())


def _open_source(  # noqa: PLR0913  (what the pairs consist of)
    session: Session,
    flags: SharingFlags,
    image: str | None,
    projects: list[SelectedProject],
    *,
    is_unshare: bool,
    is_asked: bool,
) -> Source:
    """Open the source of the pairs, after a question where projects lose images."""
    if image is None:
        path = str(flags.from_)
        if is_asked:
            _confirm(session, path, projects)
        # An outcome of `share` has the status of the share, one of `unshare` has none.
        source = open_file(session, path, lambda status: (status is None) is is_unshare)
        return Source(pair_items(source.items, projects), source.measure)
    target = ShareTarget(session, image, command=str(session.context.info_name))
    item = Item(1, target.resolve_image_id(own=True), known_image=target.known_image)
    if is_asked:
        members = [project.id for project in projects if project.id]
        confirm_unshare(session, image, str(item.image), members, open_project_names(session), {})
    return Source(pair_items([item], projects))


def _find_own_image(session: Session, client: ImageClient, name: str) -> Image:
    return find_named_image(
        client, name, session.member_id, owner=None, own=True, describe_owner=partial(describe_owner, session)
    )


def _confirm(session: Session, path: str, projects: list[SelectedProject]) -> None:
    """Ask before projects lose the images of a file.

    Raises:
        UsageError: nobody may be asked.
        InterruptedByUserError: the person says no.
    """
    from imgshare_cli.cli.typed_command import TypedCommand
    from imgshare_cli.terminal.questions import ask_yes

    subject = f"the images in {hints.quote_text(path)}"
    others = f"{len(projects)} projects" if projects else "the projects in it"
    if path == "-" or session.no_input:
        unshare_them = TypedCommand(session.context).build({}, {"--no-input": None, "--yes": True})
        reason = f"{session.no_input} forbids asking for it" if session.no_input else "stdin has the images"
        raise UsageError(
            f"unsharing {subject} from {others} needs a confirmation, and {reason}",
            hint=f"{unshare_them} unshares them",
        )
    if not ask_yes(session.output, f"Stop sharing {subject} with {others}?"):
        raise InterruptedByUserError("nothing was changed")


def _build_describe(session: Session) -> Callable[[Outcome], str]:
    owners, shorten = get_owner_names(session), build_id_shortener(session)

    def describe(outcome: Outcome) -> str:
        is_new = not outcome.is_unchanged
        if share := outcome.member:
            return describe_sharing(share, outcome.image, shorten(share.image_id), owners, is_new=is_new)
        image_id, member_id = outcome.image_id or "", outcome.member_id or ""
        return describe_unsharing(image_id, member_id, outcome.image, shorten(image_id), owners, was_shared=is_new)

    return describe
