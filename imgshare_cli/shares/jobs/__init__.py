"""Decisions by jobs of IMS: submitted, waited for, and kept while nobody has seen how they ended."""
