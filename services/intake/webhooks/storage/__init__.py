"""Endpoints with their secrets, events, and what became of telling each endpoint."""
