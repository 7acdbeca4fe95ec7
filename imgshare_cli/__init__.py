"""Accept or reject cloud images that other projects share with you."""

__version__ = "0.1.0"
