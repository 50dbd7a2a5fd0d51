"""Who takes a lead, and why."""
