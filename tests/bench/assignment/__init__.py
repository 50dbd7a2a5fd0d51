"""Who gets a lead: Baton's rule in memory beside the ways it is usually done in the database."""
