"""The doors: who may refer, what they may say, whose details go into the vault."""
