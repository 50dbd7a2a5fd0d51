"""What a referral looks like, and what is said about it."""
