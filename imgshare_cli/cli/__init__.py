"""The command line: the map of commands, their options, and the run they make."""
