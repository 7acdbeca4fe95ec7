"""What imgshare does with shares; nothing here asks a person or prints."""
