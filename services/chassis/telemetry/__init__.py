"""Logs, metrics and traces: what may be said about work without saying anything about a person (S1)."""
