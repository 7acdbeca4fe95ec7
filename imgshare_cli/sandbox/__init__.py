"""The embedded image service: a Glance on loopback, with shared images waiting in it."""

from __future__ import annotations

from imgshare_cli.sandbox.demo_data import Identity, SharedImage
from imgshare_cli.sandbox.service import Sandbox

__all__ = ["Identity", "Sandbox", "SharedImage"]
