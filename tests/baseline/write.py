"""`python -m tests.baseline.write`: measure again and write the baseline; a changed number is a decision in review."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from deploy.local.choose import infrastructure
from tests.baseline.measure import BASELINE, measured
from tests.place import drop_place, make_place


def main() -> None:
    """On the infrastructure the tests would use."""
    with infrastructure() as chosen, tempfile.TemporaryDirectory() as folder:
        place = make_place(chosen.kafka, chosen.database_url)
        try:
            counters = asyncio.run(measured(place, Path(folder)))
        finally:
            drop_place(chosen.database_url, place)
    BASELINE.write_text(json.dumps(counters, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(BASELINE.read_text("utf-8"))


if __name__ == "__main__":
    main()
