"""The template of a cloud: migrated empty databases, keys and an admin, made once and copied for each run."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from tests.support.openstack import config, environment

PASSWORD_FILE = "admin-password"


def copy_to(home: Path) -> str:
    """Fill this folder with an empty cloud, made first if need be, and return the password of its admin."""
    with environment.locked():
        environment.ensure()
        template = environment.CACHE / f"cloud-template-{_recipe()}"
        if not template.exists():
            _make(template)
        shutil.copytree(template, home, dirs_exist_ok=True)
    return read_admin_password(home)


def read_admin_password(home: Path) -> str:
    """Return the password of the admin of the cloud in this folder."""
    return (home / PASSWORD_FILE).read_text()


def _recipe() -> str:
    parts = (environment.REQUIREMENTS, Path(config.__file__), Path(__file__))
    return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()[:16]


def _make(template: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="cloud-", dir=environment.CACHE) as workshop:
        home = Path(workshop, "home")
        home.mkdir(mode=0o700)
        _fill(home)
        # Renamed when whole, so that a half-made template is never found.
        home.rename(template)


def _fill(home: Path) -> None:
    for folder in config.FOLDERS:
        (home / folder).mkdir(mode=0o700)
    (home / "keystone.conf").write_text(config.keystone(home))
    (home / "glance-api.conf").write_text(config.glance(home))
    (home / PASSWORD_FILE).write_text(password := secrets.token_urlsafe())
    _keystone_manage(home, "db_sync")
    for setup in ("fernet_setup", "credential_setup"):
        _keystone_manage(home, setup, f"--keystone-user={os.getuid()}", f"--keystone-group={os.getgid()}")
    # Without addresses: those are known, and put into the catalog, when a run starts.
    _keystone_manage(home, "bootstrap", OS_BOOTSTRAP_PASSWORD=password)
    _manage("glance-manage", home / "glance-api.conf", "db_sync")
    for name in ("keystone.db", "glance.db"):
        _let_many_write(home / name)


def _keystone_manage(home: Path, *arguments: str, **environ: str) -> None:
    _manage("keystone-manage", home / "keystone.conf", *arguments, **environ)


def _manage(program: str, conf: Path, *arguments: str, **environ: str) -> None:
    command = [str(environment.PYTHON), str(environment.PYTHON.with_name(program)), f"--config-file={conf}", *arguments]
    environment.run(f"run {program} {arguments[0]}", command, environment.sealed_environ(**environ))


def _let_many_write(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
