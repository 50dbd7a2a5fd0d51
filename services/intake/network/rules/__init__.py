"""What a network file may say, what is wrong with one, what would change, and what the other services are told."""
