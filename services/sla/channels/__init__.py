"""How staff are told: one intent per alert and recipient, sent by mail."""
