"""The image and identity services' API as the tool reads it."""
