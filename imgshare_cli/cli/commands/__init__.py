"""The commands: each asks, does and shows."""
