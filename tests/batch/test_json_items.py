"""What the keys of an object in --from mean."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from imgshare_cli.api.images import Image, Share
from imgshare_cli.api.models import Status
from tests.support.item_rows import MEMBER, OTHER, A, B, read_rows

if TYPE_CHECKING:
    from tests.support.item_rows import Row


@pytest.mark.parametrize(
    ("value", "row"),
    [
        ({"id": A}, (A,)),
        ({"id": A, "member_id": MEMBER}, (A, MEMBER)),
        ({"id": A, "member_id": MEMBER, "member_status": "pending", "schema": "/v2/schemas/image"}, (A, MEMBER)),
        ({"id": A, "member_id": OTHER, "schema": "/v2/schemas/image"}, (A,)),
        ({"id": A, "member_id": 7, "self": f"/v2/images/{A}"}, (A,)),
        ({"id": A, "result": "done", "status": "accepted", "image_id": B, "name": "x"}, (A,)),
        ({"image_id": A}, (A,)),
        ({"image_id": A, "member_id": MEMBER}, (A, MEMBER)),
        ({"image_id": A, "member_id": MEMBER, "status": "accepted", "schema": "/v2/schemas/member"}, (A, MEMBER)),
        ({"image_id": A, "name": "x"}, (A,)),
        ({"name": "golden debian", "member_id": MEMBER}, ("golden debian", MEMBER, "is_name")),
        ({"name": A}, (A, "is_name")),
        ({"image_id": A, "time": "2026-11-29T00:00:00Z", "command": "accept", "status": "accepted"}, (A,)),
    ],
)
def test_keys(value: dict[str, Any], row: Row) -> None:
    """An object with an `id` is an image, whose owner may have chosen all else; others are shares."""
    assert [(1, *row)] == read_rows(json.dumps(value))


def test_own_list() -> None:
    """In the output of `list --json`, `member_id` is ours, whatever properties the owner has put there."""
    forged = {"member_id": OTHER, "member_status": "accepted", "result": "done", "status": "accepted", "image_id": B}
    image = Image.from_json({**forged, "id": A, "schema": "/v2/schemas/image"})

    assert [(1, A, MEMBER)] == read_rows(json.dumps([Share(image, MEMBER, Status.PENDING).to_json()]))


def test_duplicate_keys() -> None:
    """Where a key is there twice, nothing says which value is meant."""
    assert [(1, "line 1: the same key twice in an object")] == read_rows(f'{{"id": "{A}", "id": "{B}"}}')


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({}, "no id, image_id or name"),
        ({"ID": A}, "no id, image_id or name"),
        ({"images": [{"id": A}]}, "no id, image_id or name"),
        ({"id": None}, "id is not a string"),
        ({"id": 7, "image_id": A}, "id is not a string"),
        ({"id": ""}, "id '' is not an image ID"),
        ({"id": "../v2"}, "id '../v2' is not an image ID"),
        ({"image_id": None, "name": "x"}, "image_id is not a string"),
        ({"image_id": [A]}, "image_id is not a string"),
        ({"image_id": "golden"}, "image_id 'golden' is not an image ID"),
        ({"image_id": A, "member_id": None}, "member_id is not a string"),
        ({"id": A, "member_id": {}}, "member_id is not a string"),
        ({"id": A, "member_id": "a/b"}, "'a/b' is not a project ID"),
        ({"image_id": A, "member_id": ""}, "'' is not a project ID"),
        ({"name": 7}, "name is not a string"),
        ({"name": ""}, "'' is not a name of an image"),
        ({"line": 7, "result": "failed", "image_id": None}, "the outcome of a malformed line"),
    ],
)
def test_malformed_keys(value: dict[str, Any], problem: str) -> None:
    """A key that is missing or has another type makes the object malformed, in a line and in an array."""
    text = json.dumps(value)

    assert [(1, f"line 1: {problem}"), (2, B)] == read_rows(f"{text}\n{B}")
    assert [(1, A), (1, f"element 2 (line 1): {problem}"), (3, B)] == read_rows(f'["{A}",{text},"{B}"]')


@pytest.mark.parametrize(
    ("outcome", "wanted", "row"),
    [
        ({"result": "done", "status": "accepted"}, "accepted", (A, MEMBER, "is_done")),
        ({"result": "done", "status": "accepted"}, "rejected", (A, MEMBER)),
        ({"result": "done", "status": "accepted"}, None, (A, MEMBER)),
        ({"result": "done"}, "accepted", (A, MEMBER)),
        ({"result": "done"}, None, (A, MEMBER, "is_done")),
        ({"result": "done", "status": None}, None, (A, MEMBER, "is_done")),
        ({"result": "done", "status": 7}, None, (A, MEMBER)),
        ({"result": "skipped"}, "accepted", (A, MEMBER)),
        ({"result": "skipped"}, None, (A, MEMBER)),
        ({"result": "skipped", "status": "accepted"}, "accepted", (A, MEMBER)),
        ({"result": "skipped", "status": "rejected"}, "accepted", (A, MEMBER)),
        ({"result": "planned"}, "accepted", (A, MEMBER)),
        ({"result": "not_tried", "status": "accepted"}, "accepted", (A, MEMBER)),
        ({"result": "failed", "error": {"code": "forbidden"}}, "accepted", (A, MEMBER)),
        ({"result": ["done"], "status": "accepted"}, "accepted", (A, MEMBER)),
        ({"status": "accepted"}, "accepted", (A, MEMBER)),
        ({"result": "failed", "name": "x", "image_id": None, "member_id": None}, "accepted", ("x", "is_name")),
        ({"result": "failed", "name": "x"}, "accepted", (A, MEMBER)),
        ({"result": "failed", "member_id": None}, "accepted", (A,)),
    ],
)
def test_outcomes(outcome: dict[str, Any], wanted: str | None, row: Row) -> None:
    """Of an earlier batch, only what is certainly done, and as it is wanted now, is not done again."""
    assert [(1, *row)] == read_rows(json.dumps({"image_id": A, "member_id": MEMBER, **outcome}), wanted)
