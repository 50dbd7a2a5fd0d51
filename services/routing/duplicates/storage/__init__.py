"""Tokens as they came, signatures sealed, and the pairs that held."""
