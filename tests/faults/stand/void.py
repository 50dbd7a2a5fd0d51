"""When a run cannot say anything here: it is neither green nor red."""


class Void(Exception):
    """This run cannot be made on this machine; the text says why."""
