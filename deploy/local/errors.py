"""What can go wrong on this machine, in words for the person who typed the command."""


class StackError(Exception):
    """The local stack cannot do what was asked; the text says why and what to do about it."""


class HomeBusy(StackError):
    """Another process already runs a stack in this folder."""
