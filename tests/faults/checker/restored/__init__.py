"""The rule for a run in which one service's database was set back to an earlier copy."""
