"""Where credentials come from, how they are stored and how they are renewed."""
