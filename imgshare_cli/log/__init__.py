"""The decision log: who decided what, when, and by which command or rule."""
