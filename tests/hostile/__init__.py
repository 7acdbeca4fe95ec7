"""Hostile services, files and words, and what must hold against them."""
