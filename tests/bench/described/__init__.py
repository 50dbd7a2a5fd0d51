"""schemathesis over the whole API, 2,000 cases an operation."""
