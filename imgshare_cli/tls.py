"""Whom we trust over https: the named authorities, or those of the system."""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

_HASHED_FOLDER = Path("/etc/ssl/certs")


def context(cacert: str | None, environ: Mapping[str, str]) -> ssl.SSLContext:
    """A context that verifies the service: `cacert`, else SSL_CERT_FILE and SSL_CERT_DIR, else the system's store.

    Raises:
        ConfigError: the named authorities cannot be read.
    """
    file, folder = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if cacert or file or folder:
        try:
            if cacert:
                path = Path(cacert).expanduser()
                file, folder = (None, str(path)) if path.is_dir() else (str(path), None)
            return ssl.create_default_context(cafile=file or None, capath=folder or None)
        except (OSError, ValueError) as exc:  # ssl.SSLError is an OSError
            raise ConfigError(
                f"cannot read certificate authorities from {cacert or file or folder}: "
                f"{getattr(exc, 'strerror', None) or exc}",
                hint="name a PEM file with --cacert, IMGSHARE_CACERT or `cacert` in the profile",
            ) from exc
    if _is_hashed(_HASHED_FOLDER):
        # Looking an authority up by its hash costs 2 ms; loading all of them costs 35.
        return ssl.create_default_context(capath=str(_HASHED_FOLDER))
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _is_hashed(folder: Path) -> bool:
    try:
        return any(re.fullmatch(r"[0-9a-f]{8}\.\d+", entry.name) for entry in folder.iterdir())
    except OSError:
        return False
