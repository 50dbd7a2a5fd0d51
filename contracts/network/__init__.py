"""Facts of the network stream."""
