"""Rows of the vault and of the permission ledger, and the keys and peppers that never lie beside them."""
