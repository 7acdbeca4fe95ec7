"""Many shares at once: items from a file or a list, done by several threads, each with one outcome."""
