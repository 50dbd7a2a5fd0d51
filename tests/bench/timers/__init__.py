"""Firing: how many a second, how late, and whether it matters how many are pending."""
