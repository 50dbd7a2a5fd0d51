"""Intake alone: its doors, one referral at a time and a thousand."""
