"""The embedded image service: a Glance on loopback, with shares waiting in it."""

from __future__ import annotations

from imgshare_cli.sandbox.service import Sandbox
from imgshare_cli.sandbox.world import Identity, Share

__all__ = ["Identity", "Sandbox", "Share"]
