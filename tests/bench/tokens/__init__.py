"""How well duplicates are found on keyed tokens and signatures, on people whose duplicates are known."""
