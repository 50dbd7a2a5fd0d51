"""Facts of the tokens stream."""
