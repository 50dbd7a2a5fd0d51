"""Facts into aggregates: in batches with cursors, and one by one."""
