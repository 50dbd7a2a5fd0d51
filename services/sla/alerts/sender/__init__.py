"""Alerts by mail: claimed, looked at once more, sent, marked."""
