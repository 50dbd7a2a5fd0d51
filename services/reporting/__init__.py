"""Reporting folds facts into aggregate tables that sponsors and partners query without ever seeing a person."""
