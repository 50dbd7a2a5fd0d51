"""`baton outbox`: what waits is listed, a sent fact goes out again while its row exists, a held key is let go."""

from uuid import uuid4

from contracts.alerts.facts import DeadlineWarned
from contracts.vocabulary import Clock
from services.chassis.work import Work
from tests.cli.conftest import Baton, InWork


def said(in_work: InWork, lead: str, n: int) -> None:
    """So many facts of one lead in sla's outbox."""

    async def do(work: Work) -> None:
        fact = DeadlineWarned(lead=lead, study="alder", site="eastmere", clock=Clock.FIRST_RESPONSE, episode=1)
        work.emit([fact] * n, is_test=False)

    in_work("sla", do)


def changed(in_work: InWork, lead: str, to: str) -> None:
    in_work("sla", lambda work: work.run(f"update outbox set {to} where key = $1", lead))


def unsent(in_work: InWork, lead: str) -> list[int]:
    """Versions that the relay would send."""
    sql = "select version from outbox where key = $1 and sent_at is null and not held order by id"
    rows = in_work("sla", lambda work: work.fetch(sql, lead))
    return [row["version"] for row in rows]


def test_what_waits_is_listed_by_key(baton: Baton, in_work: InWork) -> None:
    assert "nothing waits" in baton("outbox", "list").output
    lead = str(uuid4())
    said(in_work, lead, 3)
    line = next(line for line in baton("outbox", "list").output.splitlines() if lead in line)
    assert line.split()[:5] == ["sla", "alerts", lead, "1", "3"]


def test_a_sent_fact_goes_out_again(baton: Baton, in_work: InWork) -> None:
    lead = str(uuid4())
    said(in_work, lead, 3)
    changed(in_work, lead, "sent_at = clock_timestamp()")
    result = baton("outbox", "resend", "alerts", lead, "2")
    assert (result.exit_code, result.output) == (0, "1 fact of alerts will be sent\n")
    assert unsent(in_work, lead) == [2]


def test_a_held_key_is_let_go_as_a_whole(baton: Baton, in_work: InWork) -> None:
    lead = str(uuid4())
    said(in_work, lead, 3)
    changed(in_work, lead, "held = true")
    assert unsent(in_work, lead) == []
    assert baton("outbox", "resend", "alerts", lead, "1").exit_code == 0
    assert unsent(in_work, lead) == [1, 2, 3]


def test_what_is_not_there_and_what_goes_out_anyway_is_refused(baton: Baton, in_work: InWork) -> None:
    lead = str(uuid4())
    said(in_work, lead, 1)
    for version in ("1", "2"):
        result = baton("outbox", "resend", "alerts", lead, version)
        assert (result.exit_code, "kept for three days" in result.output) == (1, True)


def test_a_body_that_was_forgotten_is_refused(baton: Baton, in_work: InWork) -> None:
    lead = str(uuid4())
    said(in_work, lead, 1)
    changed(in_work, lead, "sent_at = clock_timestamp(), body = null")
    result = baton("outbox", "resend", "alerts", lead, "1")
    assert (result.exit_code, "forgotten" in result.output) == (1, True)
    assert unsent(in_work, lead) == []
