"""What may happen to a lead; values in, decision out."""
