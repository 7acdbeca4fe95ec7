"""Checks of what has been shared and accepted: by whom, since when, and what is wrong with it."""
