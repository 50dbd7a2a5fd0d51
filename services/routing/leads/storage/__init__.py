"""Leads as rows."""
