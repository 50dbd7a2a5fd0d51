"""What a file of rows is, which column feeds which field, and what may become of it."""
