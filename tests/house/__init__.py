"""The house rules no ready-made linter knows, and the verdict of a test run."""
