"""What is never deleted (delivery.md, "Reading"): heads and cursors are one row per key and reader, for ever (P17)."""

import re
from pathlib import Path

import services

DELETES = re.compile(
    r"(?i)(delete\s+from|truncate(\s+table)?|drop\s+table(\s+if\s+exists)?)\s+(only\s+)?(\w+\.)?(head|reader_cursor)\b"
)


def test_heads_and_cursors_are_never_deleted() -> None:
    found = [
        path.name for path in Path(services.__file__).parent.rglob("*.py") if DELETES.search(path.read_text("utf-8"))
    ]
    assert found == []
    assert DELETES.search("DELETE FROM sla.head where key = $1")
    assert DELETES.search("truncate reader_cursor")
