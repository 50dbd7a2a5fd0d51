"""When two leads are of the same person, judged on keyed marks alone."""
