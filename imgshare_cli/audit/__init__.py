"""Checks of what has been shared and accepted: who has it, since when, and what is wrong with it."""
