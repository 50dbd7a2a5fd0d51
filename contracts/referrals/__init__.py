"""Facts of the referrals stream."""
