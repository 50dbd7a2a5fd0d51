"""`baton ...`: one file a verb."""
