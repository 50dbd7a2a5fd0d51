"""Contact details and what their owner permitted: the vault, the permission ledger, the keyed tokens."""
