"""Who uses the stack while faults hit it: partners that refer, coordinators that answer, and a broken producer."""
