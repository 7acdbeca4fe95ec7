"""The TLS context: the trusted certificate authorities and our own certificate."""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from imgshare_cli.config.file_reading import check_regular_file, expand_path
from imgshare_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

_HASHED_FOLDER = Path("/etc/ssl/certs")
_MAX_BUNDLE = 16 << 20


def create_tls_context(
    cacert: str | None,
    environ: Mapping[str, str],
    client_cert: str | tuple[str, str] | None = None,
    *,
    insecure: bool = False,
) -> ssl.SSLContext:
    """Create a context that verifies the service.

    Args:
        cacert: authorities to trust; else those of REQUESTS_CA_BUNDLE, else of SSL_CERT_FILE and SSL_CERT_DIR, else
            of the system.
        environ: the environment.
        client_cert: our certificate, or our certificate and its key.
        insecure: whether nothing is verified, which only a flag may request.

    Raises:
        ConfigError: the named authorities or the certificate cannot be read.
    """
    context = (
        _create_verifying_context(cacert or environ.get("REQUESTS_CA_BUNDLE"), environ)
        if not insecure
        else _create_unverified_context()
    )
    if client_cert:
        chain = [client_cert] if isinstance(client_cert, str) else client_cert
        try:
            for file in chain:
                check_regular_file(Path(file), _MAX_BUNDLE)
            context.load_cert_chain(chain[0], chain[1] if chain[1:] else None, _refuse_password)
        except (OSError, ValueError, TypeError) as exc:
            raise ConfigError(f"cannot read the client certificate: {getattr(exc, 'strerror', None) or exc}") from exc
    return context


def _create_unverified_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _create_verifying_context(cacert: str | None, environ: Mapping[str, str]) -> ssl.SSLContext:
    file, folder = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if cacert or file or folder:
        try:
            if cacert:
                path = expand_path(cacert, environ)
                file, folder = (None, str(path)) if path.is_dir() else (str(path), None)
            if file:
                check_regular_file(Path(file), _MAX_BUNDLE)
            return ssl.create_default_context(cafile=file or None, capath=folder or None)
        except (OSError, ValueError) as exc:  # ssl.SSLError is an OSError
            raise ConfigError(
                f"cannot read CA certificates from {cacert or file or folder}: {getattr(exc, 'strerror', None) or exc}",
                hint="set a PEM file with --cacert, IMGSHARE_CACERT or cacert in the profile",
            ) from exc
    if _is_hashed(_HASHED_FOLDER):
        # Looking an authority up by its hash costs 2 ms; loading all of them costs 35.
        return ssl.create_default_context(capath=str(_HASHED_FOLDER))
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _refuse_password() -> str:
    raise ValueError("its key is encrypted")  # OpenSSL would ask at the terminal


def _is_hashed(folder: Path) -> bool:
    try:
        return any(re.fullmatch(r"[0-9a-f]{8}\.\d+", entry.name) for entry in folder.iterdir())
    except OSError:
        return False
