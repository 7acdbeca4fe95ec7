"""Logging in, and where credentials are kept."""
