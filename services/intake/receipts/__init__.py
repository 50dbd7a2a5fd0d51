"""What a partner is told of its own referrals and routes; never what became of a person (R70, S8)."""
