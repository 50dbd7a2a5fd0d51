"""Where the time goes: processor time a referral by process and database session, stacks by what they work on."""
