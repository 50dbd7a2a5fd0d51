"""sla: clocks on business time, warnings before a breach, one accountable person per alert."""
