"""Baton itself, all four services, from the partner's request to the report's row."""
