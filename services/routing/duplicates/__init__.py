"""Which leads are of the same person, compared by keyed tokens only."""
