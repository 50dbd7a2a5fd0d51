"""One process from its start to its end, remembered so that no end goes unnoticed when the next has already begun."""

from dataclasses import dataclass

from deploy.local.children import Child


@dataclass
class Life:
    """`asked` is what we did that ended it (`kill`, `terminate`, `stop`); None: it ended by itself, or lives."""

    child: Child
    asked: str | None = None
    noted: bool = False
    """its end was written down"""
