"""The doors: what a source sent becomes a lead, or a refusal that keeps nothing of the person."""
