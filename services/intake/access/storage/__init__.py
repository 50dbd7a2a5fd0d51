"""Keys in the database as HMACs only, and the issuer's private key in its file."""
