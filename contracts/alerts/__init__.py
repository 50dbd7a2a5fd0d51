"""Facts of the alerts stream."""
