"""Targets of a study."""
