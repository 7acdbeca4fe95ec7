"""Many shares at once: what is read, what becomes of each item, and how a batch ends."""
