"""The command line: what each command takes, says and loads."""
