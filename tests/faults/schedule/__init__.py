"""What is done to a running Baton, when, what the servers said just before, and how soon it was over."""
