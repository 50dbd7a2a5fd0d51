"""A mail server for this machine that delivers to nobody: it keeps what arrives and shows it."""
