"""What the example facts weigh on Kafka; `python -m tests.contracts.bytes_per_fact` writes the baseline again.

A byte in a fact is kept 400 days in every replica, so a heavier fact is a decision somebody sees in review.
"""

import json
from pathlib import Path

from contracts.envelope import body_bytes, headers_of
from contracts.examples import EXAMPLES

BASELINE = Path(__file__).with_name("bytes_per_fact.json")

Weights = dict[str, dict[str, int]]


def measured() -> Weights:
    """Bytes of key, headers (names and values) and body per example, as handed to the producer."""
    weights = {}
    for example in EXAMPLES:
        head = example.fact.head
        weights[f"{head.type}/{example.name}"] = {
            "key": len(head.key.encode()),
            "headers": sum(len(name.encode()) + len(value) for name, value in headers_of(head)),
            "body": len(body_bytes(example.fact.body)),
        }
    return weights


def baseline() -> Weights:
    found: Weights = json.loads(BASELINE.read_text("utf-8"))
    return found


def table(weights: Weights) -> str:
    """One line an example, and the mean; what `pytest -s` shows."""
    lines = [f"{name:<58} {w['key']:>5} {w['headers']:>7} {w['body']:>6}" for name, w in weights.items()]
    mean = sum(sum(weight.values()) for weight in weights.values()) / len(weights)
    return "\n".join([f"{'fact':<58} {'key':>5} {'headers':>7} {'body':>6}", *lines, f"mean {mean:.0f} bytes"])


if __name__ == "__main__":
    lines = (f"{json.dumps(name)}: {json.dumps(weight)}" for name, weight in measured().items())
    BASELINE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(table(measured()))
