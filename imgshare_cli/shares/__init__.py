"""What imgshare knows about shares and does with them; nothing here asks a person or prints."""
