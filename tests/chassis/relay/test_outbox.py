"""The outbox as a table, and who may publish (delivery.md, "The outbox and the relay")."""

import ast
from pathlib import Path

import pytest

import services
from contracts.network.facts import StudyDefined, StudySite
from contracts.vocabulary import Priority, Recruiting
from services.chassis.work import MAX_BODY, FactTooLarge
from tests.chassis.relay.conftest import Stands
from tests.chassis.relay.stand import Stand

PUBLISHING = {"AIOKafkaProducer", "publish", "publish_batch", "publisher", "request", "send_batch", "send_and_wait"}
COLUMNS = {"id", "shard", "stream", "key", "version", "type", "headers", "body", "created", "sent_at", "held"}


async def test_the_outbox_has_its_columns_its_key_and_its_partial_index(bare: Stand) -> None:
    """`outbox(id, shard, ...)`, partial index `(shard, id) where sent_at is null`, primary key `(id, created)`."""
    columns = await bare.sql(
        "select attname from pg_attribute where attrelid = 'outbox'::regclass and attnum > 0 and not attisdropped"
    )
    indexes = await bare.sql("select indexdef from pg_indexes where schemaname = 'sla' and tablename = 'outbox'")
    (identity,) = await bare.sql(
        "select seqcache from pg_sequence where seqrelid = pg_get_serial_sequence('outbox', 'id')::regclass"
    )
    assert {row["attname"] for row in columns} >= COLUMNS
    assert any("(shard, id) WHERE (sent_at IS NULL)" in row["indexdef"] for row in indexes)
    assert any("UNIQUE INDEX" in row["indexdef"] and "(id, created)" in row["indexdef"] for row in indexes)
    assert identity["seqcache"] == 1


async def test_too_large_a_body_is_refused_when_written(stand_of: Stands) -> None:
    """Too large a body is refused when written."""
    intake = await stand_of("intake", topics=False)
    sites = tuple(StudySite(site=f"site-{n:05}", recruiting=Recruiting.RECRUITING) for n in range(MAX_BODY // 40))
    study = StudyDefined(
        study="alder", code="AL-1", sponsor="birch", policy="usual", priority=Priority.ROUTINE,
        recruiting=Recruiting.RECRUITING, sites=sites,
    )  # fmt: skip
    with pytest.raises(FactTooLarge):
        await intake.say(study)
    assert (await intake.unsent(), await intake.sql("select from head")) == (0, [])


def test_only_the_relay_publishes() -> None:
    """Only the relay publishes; no request path holds a producer."""
    root = Path(services.__file__).parent
    publishers = set()
    for path in root.rglob("*.py"):
        text = path.read_text()
        names = {
            node.id if isinstance(node, ast.Name) else node.attr
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Name | ast.Attribute)
        }
        if ("aiokafka" in text or "faststream" in text) and names & PUBLISHING:
            publishers.add(path.relative_to(root).as_posix())
    assert publishers == {"chassis/relay/publish.py"}
