"""What a live tail saw while the run went still stands in the log, at the same offsets, in the same order."""

from collections.abc import Iterator, Mapping

from tests.faults.checker.evidence import Breach, Evidence

_TRANSIENT = "watermarks"
"""Kept for an hour only."""

Place = tuple[str, int]


def what_was_seen_stands(evidence: Evidence) -> Iterator[Breach]:
    """Every record seen is there under its offset; up to the last one seen, every record of the log was seen."""
    if not evidence.tail:
        return
    logs, upto = _logs(evidence), dict[Place, int]()
    for line in evidence.tail:
        place = (line["topic"], line["partition"])
        if place not in logs:
            continue
        name = f"{line['topic']}/{line['partition']}"
        if line.get("what") == "reset":
            yield Breach("what_was_seen_stands", "lost", name, "the broker no longer had the next record")
            continue
        log, due, ids = logs[place], upto.get(place, 0), line["ids"]
        upto[place] = max(due, line["offset"] + len(ids))
        if line["offset"] != due and due:
            group = "lost" if line["offset"] > due else "swaps"
            yield Breach("what_was_seen_stands", group, name, f"saw @{line['offset']} when @{due} was next")
        for offset, id in enumerate(ids, line["offset"]):
            if log.get(offset) != id:
                group = "swaps" if offset in log else "lost"
                yield Breach("what_was_seen_stands", group, f"{name}@{offset}", "was seen live and is not there now")


def offsets_have_no_holes(evidence: Evidence) -> Iterator[Breach]:
    """Nothing was cut out of a log: offsets follow each other from 0 to the end the broker tells."""
    for place, log in _logs(evidence).items():
        begin, end = evidence.ends.get(place, (0, max(log, default=-1) + 1))
        if begin != 0 or len(log) != end:
            says = f"{len(log)} records between {begin} and {end}"
            yield Breach("offsets_have_no_holes", "lost", f"{place[0]}/{place[1]}", says)


def _logs(evidence: Evidence) -> Mapping[Place, dict[int, str]]:
    """topic, partition -> offset -> event id; the streams of facts."""
    found: dict[Place, dict[int, str]] = {}
    for stream, records in evidence.records.items():
        if stream != _TRANSIENT:
            for record in records:
                log = found.setdefault((record.topic, record.partition), {})
                log[record.offset] = record.headers.get("ce_id", "")
    return found
