"""What starts, stops and re-times a clock."""
