"""What Keystone and Glance are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.openstack.environment import PASTE_INI

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ("fernet", "credential", "images", "staging", "tasks", "image-cache")


def keystone(home: Path, *, token_seconds: int = 3600, hash_rounds: int | None = 4) -> str:
    """Return keystone.conf for a Keystone that keeps everything in this folder."""
    # The cache saves most of a validation's time. It lives in the process, so a Keystone runs in one: others would not
    # hear of what changes under the tests, such as revocations. The one with short tokens has a cache of its own.
    #
    # Receipts go unused, but fernet_setup makes their keys too, by default in /etc/keystone.
    #
    # bcrypt's cost: Keystone's own default makes each login, and each new user, wait a quarter of a second or more.
    hash_rounds_line = "" if hash_rounds is None else f"password_hash_rounds = {hash_rounds}"
    return f"""\
[database]
connection = sqlite:///{home}/keystone.db?timeout=60
sqlite_synchronous = false
[token]
provider = fernet
expiration = {token_seconds}
[fernet_tokens]
key_repository = {home}/fernet
[fernet_receipts]
key_repository = {home}/fernet
[credential]
key_repository = {home}/credential
[cache]
backend = dogpile.cache.memory
[identity]
{hash_rounds_line}
"""


def glance(  # noqa: PLR0913 # a service is told that much
    home: Path,
    *,
    endpoint: str = "",
    auth_url: str = "",
    password: str = "",
    cache_tokens: bool = False,
    new_defaults: bool = True,
    service_type: str = "image",
    paste_ini: Path = PASTE_INI,
) -> str:
    """Return glance-api.conf for a Glance that keeps everything in this folder and asks this Keystone."""
    # By default a token that Keystone once called good stays good for five minutes, revoked or with Keystone down.
    cache = "" if cache_tokens else "token_cache_time = -1"
    service_type_line = f"service_type = {service_type}" if service_type else ""
    return f"""\
[DEFAULT]
enabled_backends = file:file
worker_self_reference_url = {endpoint}
image_cache_dir = {home}/image-cache
[database]
connection = sqlite:///{home}/glance.db?timeout=60
sqlite_synchronous = false
[glance_store]
default_backend = file
[file]
filesystem_store_datadir = {home}/images
[os_glance_staging_store]
filesystem_store_datadir = {home}/staging
[os_glance_tasks_store]
filesystem_store_datadir = {home}/tasks
[keystone_authtoken]
www_authenticate_uri = {auth_url}
auth_url = {auth_url}
auth_type = password
username = admin
password = {password}
project_name = admin
user_domain_id = default
project_domain_id = default
{service_type_line}
{cache}
[paste_deploy]
flavor = keystone
config_file = {paste_ini}
[oslo_policy]
enforce_new_defaults = {str(new_defaults).lower()}
"""


def read_paste_ini(delay_auth_decision: str) -> str:
    """Return the glance-api-paste.ini that Glance ships, with another value of this."""
    shipped = PASTE_INI.read_text()
    assert "delay_auth_decision = true" in shipped
    return shipped.replace("delay_auth_decision = true", f"delay_auth_decision = {delay_auth_decision}")
