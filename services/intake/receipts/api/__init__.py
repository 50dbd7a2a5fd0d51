"""`/intake/v1/referrals` for reading and taking back, `/intake/v1/routes`: a partner's own, and nothing else."""
