import json
from pathlib import Path

from tests.bench.results import Results


def test_a_run_that_is_broken_off_has_told_what_it_knew(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "run.json"
    results = Results(file, {"seed": 3})
    for value in (3.0, 1.0, 2.0):
        results.add("floor", "1/s", value)
    results.note("growth", "first")
    results.note("growth", "last word")
    told = json.loads(file.read_text())
    assert told["seed"] == 3
    assert told["figures"]["floor"] == {"unit": "1/s", "median": 2, "low": 1, "high": 3, "samples": [3, 1, 2]}
    assert told["notes"] == {"growth": "last word"}
    assert results.series("nobody") is None
