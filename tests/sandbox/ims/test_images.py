"""The images of an IMS, as one of Huawei-style clouds lists and shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from imgshare_cli.sandbox import Sandbox
from tests.support.expectations import A_TIME, Text
from tests.support.users import User

if TYPE_CHECKING:
    from tests.support.expectations import Answer

GOLDEN = "c26a7205-6924-55d2-a1a9-c6d6caeb44f2"
FULL_SERVER = "5d3a8463-a4b3-5b71-b1c7-133669f3d5d3"
ENCRYPTED = "25c89e4c-10d5-5487-a77e-e91dd28109a0"
OWN = "my-build-agent"


def _refuse(code: str, message: str, status: int = 400) -> Answer:
    return status, {"error": {"message": message, "code": code}}


def test_image(sandbox: Sandbox, you: User) -> None:
    """An image has texts for everything that only IMS knows; its visibility is private, though it is shared."""
    image = {
        "__data_origin": "file,images-bucket:image.zvhd2",
        "__image_size": "2362231808",
        "__image_source_type": "uds",
        "__imagetype": "shared",
        "__isregistered": "true",
        "__os_bit": "64",
        "__os_type": "Linux",
        "__os_version": "Debian 12 64bit",
        "__platform": "Debian",
        "__support_kvm": "true",
        "checksum": None,
        "container_format": "bare",
        "created_at": A_TIME,
        "disk_format": "zvhd2",
        "enterprise_project_id": "0",
        "file": f"/v2/images/{GOLDEN}/file",
        "hw_firmware_type": "bios",
        "id": GOLDEN,
        "min_disk": 40,
        "min_ram": 0,
        "name": "golden-debian-12",
        "os_hidden": False,
        "owner": sandbox.owners[0].project_id,
        "protected": False,
        "schema": "/v2/schemas/image",
        "self": f"/v2/images/{GOLDEN}",
        "size": None,
        "status": "active",
        "tags": ["golden", "hardened"],
        "updated_at": A_TIME,
        "virtual_env_type": "FusionCompute",
        "virtual_size": None,
        "visibility": "private",
    }

    assert (200, image) == you.ask("GET", f"/v2/images/{GOLDEN}")


def test_special_images(you: User) -> None:
    """One image is of a full server, with its backup, and one is encrypted, with its key."""
    full_server = you.ask("GET", f"/v2/images/{FULL_SERVER}")[1]
    encrypted = you.ask("GET", f"/v2/images/{ENCRYPTED}")[1]

    assert "true" == full_server["__whole_image"]
    assert f"server_backup,{full_server['__backup_id']}" == full_server["__data_origin"]
    assert Text("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}") == encrypted["__system__cmkid"]


@pytest.mark.parametrize("path", ["/v2/images", "/v2/cloudimages"])
def test_shared_images(you: User, path: str) -> None:
    """What is shared is listed as such, with an image of one's own that is shared with others."""
    names = [
        image["name"]
        for image in you.ask("GET", f"{path}?__imagetype=shared&visibility=shared&member_status=pending")[1]["images"]
    ]

    assert [
        "windows-server-2022",
        "payroll-encrypted",
        "erp-full-server",
        "数据库-openEuler-22.03",
        "[red] hat enterprise linux 9",
        "ubuntu-24.04-minimal",
        "golden-debian-12",
        OWN,
    ] == names


def test_type_follows_members(you: User) -> None:
    """An image is private until it is shared, and again when it no longer is."""
    image_id = you.make_image("a")

    def list_names(kind: str) -> list[str]:
        return [
            image["name"]
            for image in you.ask("GET", f"/v2/images?__imagetype={kind}&owner={you.project_id}")[1]["images"]
        ]

    assert (["a"], [OWN]) == (list_names("private"), list_names("shared"))
    you.ask("POST", f"/v2/images/{image_id}/members", {"member": "f" * 32})
    assert ([], ["a", OWN]) == (list_names("private"), list_names("shared"))
    you.ask("DELETE", f"/v2/images/{image_id}/members/{'f' * 32}")
    assert (["a"], [OWN]) == (list_names("private"), list_names("shared"))


def test_filter_by_property(you: User) -> None:
    """Images can be filtered by the properties that only IMS has."""
    page = you.ask("GET", "/v2/cloudimages?__whole_image=true&__imagetype=shared&member_status=pending")[1]

    assert [FULL_SERVER] == [image["id"] for image in page["images"]]


def test_pages() -> None:
    """A list has at most 500 images and no link to the next page, which begins after the last image."""
    with Sandbox(flavor="ims", images=600) as sandbox, httpx.Client(base_url=sandbox.endpoint, trust_env=False) as http:
        you = User(http, sandbox.you.project_id, sandbox.you.token)
        query = "?member_status=pending&__imagetype=shared"
        for path, default in (("/v2/images", 25), ("/v2/cloudimages", 500)):
            first = you.ask("GET", f"{path}{query}&limit=1000")[1]
            second = you.ask("GET", f"{path}{query}&limit=1000&marker={first['images'][-1]['id']}")[1]

            assert (500, 108) == (len(first["images"]), len(second["images"]))
            assert default == len(you.ask("GET", path + query)[1]["images"])
            assert not {"next", "page_info"} & first.keys()


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("__imagetype=zz", "IMG.0024", "The imagetype is invalid."),
        ("visibility=zz", "IMG.0001", "The parameter visibility is invalid."),
        ("member_status=all", "IMG.0001", "The parameter member_status is invalid."),
        ("member_status=zz", "IMG.0001", "Invalid status: zz"),
        ("limit=-1", "IMG.0001", "limit param must be positive"),
        ("limit=" + "9" * 5000, "IMG.0001", "limit param must be an integer"),
        (f"marker={'7' * 36}", "IMG.0001", f"No image found with ID {'7' * 36}"),
    ],
)
def test_refused_queries(you: User, query: str, code: str, message: str) -> None:
    """What IMS does not know is a code and a sentence, with 400."""
    assert _refuse(code, message) == you.ask("GET", f"/v2/cloudimages?{query}")


def test_request_ids(http: httpx.Client, you: User) -> None:
    """Each answer has an ID under IMS's name, and none under Glance's."""
    for path in ("/v2/images", f"/v2/images/{'7' * 36}", "/nowhere", "/v3"):
        response = you.send("GET", path)
        assert Text("[0-9a-f]{32}") == response.headers["x-request-id"]
        assert "x-openstack-request-id" not in response.headers
    assert "x-request-id" in http.get("/v2/images").headers


def test_unknown_paths(you: User) -> None:
    """A path or a method that is not published is the gateway's 404."""
    body = {
        "error_msg": "The API does not exist or has not been published in the environment",
        "error_code": "APIGW.0101",
        "request_id": Text("[0-9a-f]{32}"),
    }
    for method, path in (("GET", "/"), ("GET", "/v2/schemas/zz"), ("PUT", "/v2/images"), ("OPTIONS", "/v2/images")):
        assert (404, body) == you.ask(method, path)


def test_throttling(sandbox: Sandbox, you: User) -> None:
    """A throttled client is refused as often as was asked for."""
    assert sandbox.ims
    sandbox.ims.throttle(2)

    answers = [you.ask("GET", "/v2/images?limit=1") for _ in range(3)]

    body: dict[str, Any] = {
        "error_msg": "The throttling threshold has been reached",
        "error_code": "APIGW.0308",
        "request_id": Text("[0-9a-f]{32}"),
    }
    assert [(429, body), (429, body)] == answers[:2]
    assert 200 == answers[2][0]
