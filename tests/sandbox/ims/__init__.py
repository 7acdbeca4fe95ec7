"""The embedded image service."""
