"""Backup vaults: which one can hold a full-server image, and accepts with one."""
