"""Servers that speak TLS."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import trustme


def create_tls_context(authority: trustme.CA, *names: str, **parts: Any) -> ssl.SSLContext:
    """Create what a server needs: a certificate for these names, with these other parts, of an authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **parts).configure_cert(context)
    return context
