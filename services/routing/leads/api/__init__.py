"""The desk's API: the queue, one lead, and the commands on it (R26-R31)."""
