"""JSON as PostgreSQL writes a jsonb value as text, so that both can be told apart by a digest."""

import json
from typing import Any

from tests.faults.checker.index import md5


def jsonb_md5(value: Any) -> bytes:
    """Of the text: keys by length, then by bytes; `", "` and `": "` between."""
    return md5(json.dumps(_sorted(value), ensure_ascii=False).encode())


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: (len(name.encode()), name.encode()))
        return {name: _sorted(value[name]) for name in names}
    return [_sorted(one) for one in value] if isinstance(value, list) else value
