"""How long processes take to serve, and what they hold of the memory when they are idle."""
