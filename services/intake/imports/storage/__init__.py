"""Mappings, sealed files, and what became of each row."""
