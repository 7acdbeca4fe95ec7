"""IMS as a whole, with the vaults, jobs and access keys that it needs."""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING

from imgshare_cli.sandbox.demo_data import DemoLoader, create_id
from imgshare_cli.sandbox.ims import demo_images
from imgshare_cli.sandbox.ims.access_keys import KeyStore
from imgshare_cli.sandbox.ims.account_handlers import ProjectHandlers, VaultHandlers
from imgshare_cli.sandbox.ims.authentication import Authenticator
from imgshare_cli.sandbox.ims.image_handlers import ImsImageHandlers
from imgshare_cli.sandbox.ims.job_handlers import JobHandlers
from imgshare_cli.sandbox.ims.jobs import JobStore
from imgshare_cli.sandbox.ims.members import MemberService
from imgshare_cli.sandbox.ims.router import ImsRouter
from imgshare_cli.sandbox.ims.vaults import VaultStore, create_demo_vaults
from imgshare_cli.sandbox.store import ImageStore
from imgshare_cli.sandbox.tokens import Caller

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from imgshare_cli.sandbox.demo_data import Identity
    from imgshare_cli.sandbox.ims.access_keys import AccessKey
    from imgshare_cli.sandbox.tokens import TokenStore

# More than any account has without asking, so that lists of members have pages.
_MEMBER_QUOTA = 2000
REGION = "sandbox-1"
_MEMBER = "/v2/images/{}/members/{}"
_MEMBERS = "/v2/images/{}/members"
_BATCH = "/v1/cloudimages/members"


class ImsService:
    """An IMS, with all that it needs beside images.

    Attributes:
        access_key: your access key.
        vaults: your backup vaults.
    """

    def __init__(
        self,
        tokens: TokenStore,
        identities: dict[str, Identity],
        project_names: MutableMapping[str, str],
        job_seconds: float,
    ) -> None:
        self._identities = identities
        you = identities["you"].project_id
        # As on these clouds, the main project of an account has the name of the region.
        self._project_names = ChainMap({you: REGION}, project_names)
        self._images = ImageStore(_MEMBER_QUOTA)
        self._keys = KeyStore()
        self._authenticator = Authenticator(tokens, self._keys)
        self._jobs = JobStore(job_seconds)
        self._router = ImsRouter(self._authenticator, self._jobs)
        self.vaults = create_demo_vaults(you)
        self.access_key = self.issue_key(you)

    def load_images(self, extra_images: int) -> ImageStore:
        """Load the demo images, and a number of extra pending ones."""
        loader = DemoLoader(self._images, self._identities, demo_images.build_attributes)
        loader.load_images(demo_images.list_demo_images(), extra_images)
        you, platform = (Caller.with_roles(self._identities[name].project_id, "member") for name in ("you", "platform"))
        # So the images that are shared with you are listed with one that you share.
        own_image = create_id("my-build-agent")
        self._images.add_member(you, own_image, platform.project_id)
        self._images.set_member_status(platform, own_image, platform.project_id, "accepted")
        self._images.add_member(you, own_image, create_id("account").replace("-", ""), "domain", "accepted")
        self._images.add_member(you, own_image, "ou-qdjrky7i07higfa4f6reqv9etybmp4ng", "organization", "accepted")
        return self._images

    def issue_key(self, *project_ids: str, temporary: bool = False) -> AccessKey:
        """Create an access key of a user with the role `member` in these projects; the first is the main one."""
        callers = [Caller.with_roles(project_id, "member") for project_id in project_ids]
        return self._keys.issue(*callers, temporary=temporary)

    def revoke_key(self, access_key: str) -> None:
        """Make an access key invalid, as if it had been deleted or had expired."""
        self._keys.revoke(access_key)

    def throttle(self, count: int) -> None:
        """Refuse this number of requests, as if there had been too many before them."""
        self._router.throttle(count)

    def create_router(self, *, native_gone: bool) -> ImsRouter:
        """Create the router; without the calls that change a single member, if they are gone."""
        vaults = VaultStore(self.vaults)
        members = MemberService(self._images, vaults)
        images = ImsImageHandlers(self._images, members)
        if not native_gone:
            self._router.add("PUT", _MEMBER, images.set_member_status)
            self._router.add("DELETE", _MEMBER, images.remove_member)
            self._router.add("POST", _MEMBERS, images.add_member)
        self._add_image_calls(images)
        self._add_job_calls(JobHandlers(self._jobs, members))
        self._router.add("GET", "/v3/{}/vaults", VaultHandlers(vaults).list_vaults)
        projects = ProjectHandlers(self._project_names)
        for path in ("/v3/projects", "/v3/auth/projects"):
            self._router.add("GET", path, projects.list_projects, needs_project=False)
        return self._router

    def _add_image_calls(self, images: ImsImageHandlers) -> None:
        for method, path, handler in (
            ("GET", _MEMBER, images.get_member),
            ("GET", _MEMBERS, images.list_members),
            ("GET", "/v2/images/{}", images.get_image),
            ("PATCH", "/v2/images/{}", images.update_image),
            ("DELETE", "/v2/images/{}", images.delete_image),
            ("GET", "/v2/images", images.list_images),
            ("POST", "/v2/images", images.create_image),
            ("GET", "/v2/cloudimages", images.list_cloudimages),
            ("GET", "/v2/schemas/{}", images.get_schema),
            ("GET", "/v1/{}/cloudimages/{}/members", images.list_project_members),
            ("GET", "/v1/{}/cloudimages/{}/members/{}", images.get_project_member),
        ):
            self._router.add(method, path, handler)

    def _add_job_calls(self, jobs: JobHandlers) -> None:
        self._router.add("PUT", _BATCH, jobs.update_members)
        self._router.add("POST", _BATCH, jobs.add_members)
        self._router.add("DELETE", _BATCH, jobs.remove_members)
        self._router.add("GET", "/v1/{}/jobs/{}", jobs.get_project_job)
        self._router.add("GET", "/v1/cloudimages/job/{}", jobs.get_job)
