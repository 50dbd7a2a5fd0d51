"""The network as its file says it: who takes part, from when, and on what terms (R1-R15, R75)."""
