"""The same four hops as FastStream's manual shows them: one message a handler, a session a message, publish in the
handler, acknowledged by hand after the commit. Durable as far as settings go: acks of all, commits on disk.
"""
