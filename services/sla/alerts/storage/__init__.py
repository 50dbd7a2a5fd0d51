"""Alerts in the database, and the secret links they are acknowledged by."""
