import json
from uuid import UUID

from contracts.streams import partition_of
from tests.bench.floor.wire import Wire, version_of
from tests.bench.sample import Record, Sample

LEAD = "019aa9ae-0000-7000-8000-000000000001"
OTHER = UUID("019aa9ae-0000-7000-8000-0000000000ff")
VALUES = ["aa" * 32, "bb" * 32]


def record(version: int, **body: object) -> Record:
    headers = [("ce_subject", LEAD), ("ce_keyversion", str(version)), ("content-type", "application/json")]
    return Record(headers, json.dumps({"lead": LEAD, **body}, separators=(",", ":")), version)


SAMPLE = Sample(
    LEAD,
    {
        "referrals": [record(1, study="gorse", interest="learn more")],
        "tokens": [record(1, tokens=VALUES)],
        "leads": [record(1, kind="opened"), record(2, kind="owned", by="ines"), record(3, kind="next", what="call")],
        "alerts": [record(1, kind="deadline")],
    },
    {"routing.match_token": [{"value": value} for value in VALUES]},
)


def test_another_lead_has_the_same_records_with_its_own_id_and_tokens() -> None:
    wire = Wire(SAMPLE, whole=True)
    rows = wire.rows("leads", OTHER)
    assert [row.version for row in rows] == [1, 2, 3]
    assert {(row.key, row.shard) for row in rows} == {(str(OTHER), partition_of(str(OTHER)))}
    assert sum(len(row.body) for row in rows) == SAMPLE.bytes_of("leads")
    [tokens] = wire.rows("tokens", OTHER)
    assert json.loads(tokens.body) == {"lead": str(OTHER), "tokens": wire.tokens(OTHER)}
    assert [len(value) for value in wire.tokens(OTHER)] == [len(value) for value in VALUES]


def test_the_bare_loop_says_one_record_a_hop_with_all_the_bytes() -> None:
    wire = Wire(SAMPLE, whole=False)
    [lead], [referral] = wire.rows("leads", OTHER), wire.rows("referrals", OTHER)
    assert abs(len(lead.body) - SAMPLE.bytes_of("leads")) <= 8
    assert abs(len(referral.body) - SAMPLE.bytes_of("referrals") - SAMPLE.bytes_of("tokens")) <= 8
    assert json.loads(lead.body)["lead"] == str(OTHER)
    assert wire.last("leads") == 1


def test_headers_name_the_other_lead() -> None:
    headers = Wire(SAMPLE, whole=True).headers("leads", 2, str(OTHER))
    assert dict(headers)["ce_subject"] == str(OTHER).encode()
    assert version_of(headers) == 2
