"""What gives narrative away, what is cut, what is left."""
