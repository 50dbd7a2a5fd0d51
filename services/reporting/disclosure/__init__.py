"""What may be shown: small counts are withheld, and differences do not give them away."""
