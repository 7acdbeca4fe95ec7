"""The settings, the config file and the state folder."""
