"""Facts of the leads stream."""
