"""Keys outside the database, sealed values inside it, keyed tokens instead of readable ones."""
