"""Where may be sent to, what is sent, when it is tried again."""
