"""The shell every page stands in: templates, colours, static files."""
