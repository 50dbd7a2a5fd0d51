"""Referral rows: what was accepted, from whom, under which of the partner's own ids (as an HMAC)."""
