"""One level of one episode, for one accountable staff member."""
