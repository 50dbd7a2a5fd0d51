"""The partners' door: `POST /intake/v1/referrals` (R1-R3, R11, R12; P1, P2, S8)."""
