"""Measures the tool and its peers."""
