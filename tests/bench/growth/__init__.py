"""Whether a referral costs more when a million leads are there."""
