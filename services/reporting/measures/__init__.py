"""What is counted, by study, site, partner, week; test traffic never."""
