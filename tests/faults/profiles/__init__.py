"""What is run, in which order: each profile brings stand, traffic, schedule and checker together."""
