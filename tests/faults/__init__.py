"""Nothing is lost: a real stack, faults that hit work in flight, and a checker that sees it only from outside."""
