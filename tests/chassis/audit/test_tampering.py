"""S5: whatever a database administrator does to the log, the verifier says which row is the first wrong one.

The administrator knows the algorithm, has every right in the database, and none of the keys and anchors outside it.
"""

import pytest

from services.chassis.audit.chain import first_hash, hash_of, message_of
from services.chassis.audit.rows import link_of, row_of
from services.chassis.audit.sealer import Broken
from services.chassis.audit.signer import Signer
from tests.chassis.audit.conftest import SERVICE, Log

IN = "(select row_id from audit_link where n = {})"
FIVE, NINE = IN.format(5), IN.format(9)
COLUMNS = "n, row_id, hash, sealed_at, looked_at, signer, signature"
FORGED = "insert into audit (id, at, actor, act, subject, scope) values "

CHANGES = [
    ("the actor of one row", [f"update audit set actor = 'staff:otto' where id = {FIVE}"], 5),
    ("what was done", [f"update audit set act = 'boat_sold' where id = {FIVE}"], 5),
    ("to whom", [f"update audit set subject = 'boat:99' where id = {FIVE}"], 5),
    ("the scope", [f"update audit set scope = '*' where id = {FIVE}"], 5),
    ("a number in the detail", [f"update audit set detail = detail || '{{\"length\": 6}}' where id = {FIVE}"], 5),
    ("a number into a text", [f"update audit set detail = detail || '{{\"length\": \"5\"}}' where id = {FIVE}"], 5),
    ("the time by a microsecond", [f"update audit set at = at + interval '1 microsecond' where id = {FIVE}"], 5),
    ("the time to never", [f"update audit set at = 'infinity' where id = {FIVE}"], 5),
    ("the id", [f"update audit set id = uuidv7() where id = {FIVE}"], 5),
    ("the id and its link", ["with new as (update audit set id = uuidv7() where id = " + FIVE + " returning id) "
                             "update audit_link set row_id = new.id from new where n = 5"], 5),
    ("the hash", ["update audit_link set hash = sha256(hash) where n = 5"], 5),
    ("the signature", ["update audit_link set signature = sha512(signature) where n = 5"], 5),
    ("the time of the seal", ["update audit_link set sealed_at = sealed_at + interval '1 day' where n = 5"], 5),
    ("one row removed", [f"delete from audit where id = {FIVE}"], 5),
    ("one row and its link", [f"delete from audit where id = {FIVE}", "delete from audit_link where n = 5"], 5),
    ("one row, its link, the rest moved up", [f"delete from audit where id = {FIVE}",
        "delete from audit_link where n = 5", "update audit_link set n = -n where n > 5",
        "update audit_link set n = -n - 1 where n < 0"], 5),
    ("the first row", ["delete from audit where id = " + IN.format(1), "delete from audit_link where n = 1"], 1),
    ("the last row", ["delete from audit where id = " + IN.format(12), "delete from audit_link where n = 12"], 12),
    ("the tail", ["delete from audit where id in (select row_id from audit_link where n > 7)",
                  "delete from audit_link where n > 7"], 8),
    ("all rows", ["truncate audit"], 1),
    ("all links", ["truncate audit_link"], 1),
    ("everything", ["truncate audit, audit_link"], 1),
    ("two rows exchanged", ["update audit_link set row_id = uuidv4() where n = 5",
        "update audit_link set row_id = (select id from audit where subject = 'boat:5') where n = 9",
        "update audit_link set row_id = (select id from audit where subject = 'boat:9') where n = 5"], 5),
    ("what two rows say exchanged", ["update audit a set subject = b.subject, detail = b.detail from audit b "
        f"where (a.id, b.id) in (({FIVE}, {NINE}), ({NINE}, {FIVE}))"], 5),
    ("two places exchanged", ["update audit_link set n = -1 where n = 5", "update audit_link set n = 5 where n = 9",
                              "update audit_link set n = 9 where n = -1"], 5),
    ("one put in under a place before the first",
        [FORGED + "(uuidv7('-1 h'), now() - interval '1 h', 'a', 'b', 'c', '')",
        f"insert into audit_link select -3, (select id from audit where actor = 'a'), {COLUMNS[10:]} "
        "from audit_link where n = 12"], -3),
    ("one put in at the end with a seal that is copied",
        [FORGED + "(uuidv7(), now(), 'a', 'b', 'c', '')",
         f"insert into audit_link select 13, (select id from audit where actor = 'a'), {COLUMNS[10:]} "
         "from audit_link where n = 12"], 13),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "first"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
async def test_the_first_wrong_row_is_named(log: Log, statements: list[str], first: int) -> None:
    await log.sealed(4, 4, 4)
    whole = await log.verify()
    assert (whole.sealed, whole.waiting, whole.anchored, whole.wrong) == (12, 0, 12, None)
    await log.tamper(*statements)
    wrong = (await log.verify()).wrong
    assert wrong is not None
    assert wrong.n == first


async def test_a_row_put_in_with_an_old_date_is_found_before_and_after_it_is_sealed(log: Log) -> None:
    sealer = log.sealer()
    await log.write(3)
    await sealer.round()
    await log.tamper(FORGED + "(uuidv7('-10 min'), now() - interval '10 min', 'staff:otto', 'boat_seen', 'x', '')")
    found = (await log.verify()).wrong
    assert found is not None
    assert "no seal" in found.says
    await sealer.round()
    found = (await log.verify()).wrong
    assert found is not None
    assert (found.n, "time it says" in found.says) == (4, True)


async def test_a_row_without_a_seal_is_found_when_it_is_a_minute_old_whatever_time_it_says(log: Log) -> None:
    await log.sealed(2)
    for at in ("now() - interval '61 s'", "now() + interval '1 year'"):
        await log.tamper(FORGED + f"(uuidv4(), {at}, 'staff:otto', 'boat_seen', 'x', '')")
        found = (await log.verify()).wrong
        assert found is not None
        assert found.row == await log.admin.fetchval("select id from audit where subject = 'x'")
        await log.tamper("delete from audit where subject = 'x'")
    assert (await log.verify()).wrong is None


@pytest.mark.parametrize("own_key", [False, True], ids=["old signatures", "signed with another key"])
async def test_a_chain_made_anew_after_a_change_is_not_ours(log: Log, own_key: bool) -> None:
    await log.sealed(4, 4)
    await log.tamper(f"update audit set subject = 'boat:77' where id = {FIVE}")
    before, mallory = first_hash(SERVICE), Signer.open(log.keys / "mallory")
    links = await log.admin.fetch("select * from audit_link order by n")
    for link in map(link_of, map(dict, links)):
        row = await log.admin.fetchrow("select *, detail::text as detail from audit where id = $1", link.row)
        assert row is not None
        before = hash_of(before, link.n, row_of(dict(row) | {"detail": row[-1]}))
        await log.admin.execute("update audit_link set hash = $2 where n = $1", link.n, before)
        if own_key:
            forged = link_of(dict(await log.admin.fetchrow("select * from audit_link where n = $1", link.n) or {}))
            forged = forged.signed(mallory.id, b"")
            signature = mallory.sign(message_of(SERVICE, forged))
            await log.admin.execute(
                "update audit_link set signer = $2, signature = $3 where n = $1", link.n, mallory.id, signature
            )
    found = (await log.verify()).wrong
    assert found is not None
    assert (found.n, "signed" in found.says) == (1 if own_key else 5, True)


async def test_an_older_copy_is_found_and_never_sealed_over(log: Log) -> None:
    await log.sealed(4)
    await log.tamper("create table kept as table audit", "create table kept_link as table audit_link")
    try:
        await log.sealed(4)
        await log.tamper("truncate audit, audit_link", "insert into audit select * from kept")
        await log.tamper("insert into audit_link select * from kept_link")
    finally:
        await log.tamper("drop table kept, kept_link")
    for _ in range(2):
        found = (await log.verify()).wrong
        assert found is not None
        assert (found.n, "anchored and is gone" in found.says) == (5, True)
        await log.write(6)
        with pytest.raises(Broken, match="shorter_than_anchored"):
            await log.sealer().round()


async def test_nothing_is_sealed_on_top_of_what_is_not_ours(log: Log) -> None:
    await log.sealed(3)
    await log.tamper("update audit_link set signature = sha512(signature) where n = 3")
    with pytest.raises(Broken, match="head_not_signed"):
        await log.sealer().round()
