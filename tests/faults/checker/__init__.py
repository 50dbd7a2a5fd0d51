"""The judge: a program of its own, with other client libraries, that knows what was sent and sees what became of it."""
