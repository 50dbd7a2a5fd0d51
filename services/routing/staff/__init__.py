"""Who may own leads, and how many each has."""
