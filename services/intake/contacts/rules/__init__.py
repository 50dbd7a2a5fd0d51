"""What a person's details may look like, how they are written down, what of them may be compared."""
