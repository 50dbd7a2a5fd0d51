"""Two who place the same lead are kept apart by `do nothing`: the later owner is not written, and said all the same."""

from services.routing.leads.storage import leads
from tests.faults.patched.patching import rewrite


def plant() -> None:
    """The waiting room is read without a lock, and a lead that has an owner keeps it, whatever anybody writes."""
    for name in ("_WAITING", "_WAITING_ANYWHERE"):
        rewrite(leads, name, (" for update skip locked", ""))
    rewrite(leads, "_SAVE", ("where l.id = r.id", "where l.id = r.id and (l.owner is null or l.owner = r.owner)"))
