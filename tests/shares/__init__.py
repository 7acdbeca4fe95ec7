"""What the tool knows about shares: decisions, the inbox, names, checks."""
