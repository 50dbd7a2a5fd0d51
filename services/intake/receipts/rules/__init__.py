"""What a receipt says, what may be taken back, how a list goes on, what a partner's own route looks like."""
