"""Who is asking: identities, the tokens that carry them, the keys they are exchanged for."""
