"""Checks and works off the rows of files, and takes files away."""
