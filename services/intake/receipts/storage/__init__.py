"""A partner's own rows, read and taken back; every statement names the partner beside row-level security."""
