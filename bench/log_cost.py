"""Prints what the decision log costs a run, in milliseconds: the first decision, and each of many others."""

import os
import statistics
import time
from pathlib import Path

import typer

import imgshare_cli.api.connections
import imgshare_cli.cli.commands.decide  # noqa: F401  (what a decision loads in any case)
from imgshare_cli.api.models import Member, Status
from imgshare_cli.cli.app import app
from imgshare_cli.cli.invocation import Invocation
from imgshare_cli.config.settings import Flags

COUNT = 2000
IMAGE, MEMBER = "d164b5df-1bc3-4c3f-893e-3e471fd16e64", "edc89b490d7d4392898e19b2deb34797"
Path(os.environ["XDG_STATE_HOME"], "imgshare/decisions").mkdir(parents=True, exist_ok=True, mode=0o700)

invocation = Invocation()
context = typer.Context(typer.main.get_command(app), info_name="accept", obj=invocation)
session = invocation.open_session(Flags(), context)
# The decision before has needed all of these.
known = (session.settings, session.endpoint, session.credential)
member = Member(
    IMAGE, MEMBER, Status.ACCEPTED, None, "2026-11-28T22:00:00Z", {}, "Sat, 28 Nov 2026 22:00:01 GMT", "req"
)
took = []
for number in range(COUNT):
    started = time.perf_counter()
    if number == 0:
        from imgshare_cli.cli.decision_records import record_decision
    assert record_decision(session, member)
    took.append((time.perf_counter() - started) * 1000)
print(took[0], statistics.median(took[1:]))
