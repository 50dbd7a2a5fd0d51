"""`/sign-in`: how a person gets in, stays in for 12 hours, and out again."""
