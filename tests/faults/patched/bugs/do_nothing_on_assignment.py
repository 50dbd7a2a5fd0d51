"""Two who place the same lead are kept apart by `do nothing`: the later owner is not written, and said all the same."""

from services.routing.leads.storage import leads
from tests.faults.patched.patching import rewrite


def plant() -> None:
    """The waiting room is read without a lock, and a lead that has an owner keeps it, whatever anybody writes."""
    rewrite(leads, "_WAITING", ("limit $2 for update skip locked", "limit $2"))
    of_a_room, of_none = "limit $1 for update skip locked) as l", "limit $1 for update skip locked)\nselect"
    rewrite(leads, "_WAITING_ANYWHERE", (of_a_room, "limit $1) as l"), (of_none, "limit $1)\nselect"))
    rewrite(leads, "_SAVE", ("and l.id = r.id", "and l.id = r.id and (l.owner is null or l.owner = r.owner)"))
