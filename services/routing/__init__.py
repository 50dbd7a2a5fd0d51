"""Routing checks duplicates, gives every lead an owner and a backup, and is the coordinators' desk."""
