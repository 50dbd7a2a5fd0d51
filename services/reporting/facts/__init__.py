"""The journal: every fact as received, so that a rebuild needs no topic."""
