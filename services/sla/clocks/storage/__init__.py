"""Leads, episodes and intervals in the database."""
