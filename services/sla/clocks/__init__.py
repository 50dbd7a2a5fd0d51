"""Clocks of a lead: an interval log, and the deadlines that follow from it."""
