"""What staff see and answer: the acknowledge page and the alerts API."""
