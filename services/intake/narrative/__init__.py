"""Over-sharing: medical narrative and contact details where a name, a label or an id should stand (R23)."""
