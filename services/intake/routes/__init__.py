"""Whether a route may bring a referral now, and on whose words (R1, R11-R15)."""
