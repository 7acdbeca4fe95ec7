"""Many shares at the command line: options, sources, outcomes as they come, and the summary."""
