"""Many items in one run: where they come from, and what becomes of each; nothing here asks a person or prints."""
