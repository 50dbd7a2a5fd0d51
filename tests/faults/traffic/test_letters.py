"""Coordinators find the alert in the mail that sla writes, and acknowledge it once, by its link."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

from contracts.vocabulary import Clock, Level
from deploy.local.mailbox.letters import Letters
from services.sla.alerts.rules import Alert, alert_id
from services.sla.alerts.sender.words import Facts, letter
from tests.faults.history import History, lines_of
from tests.faults.traffic import letters
from tests.faults.traffic.door import Door, Reply

LEAD = UUID("0198c0de-0000-7000-8000-000000000001")
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
FACTS = Facts(
    "BR-701", "Lowmoor", "Europe/London", AT, AT, True, f"http://a:1/desk/v1/leads/{LEAD}", "http://a:1/sla/a/t0k"
)


class Sla(Door):
    """Notes what is asked of it."""

    def __init__(self, *, answers_after: float = 0.0) -> None:
        super().__init__("http://nobody.example:1")
        self.asked: list[tuple[str, str]] = []
        self._answers_after = answers_after
        self._connections = asyncio.Semaphore(20)

    async def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        self.asked.append((method, path))
        async with self._connections:
            await asyncio.sleep(self._answers_after)
        return Reply(303 if method == "POST" else 200, {}, b"")


def _mail(level: Level) -> EmailMessage:
    number = alert_id(LEAD, Clock.FIRST_RESPONSE, 1, level)
    alert = Alert(number, "ines", LEAD, "bracken", "lowmoor", Clock.FIRST_RESPONSE, 1, level, 3, False, False, AT)
    written = letter(alert, FACTS, to="ines@sites.example")
    message = EmailMessage()
    message["To"], message["Message-ID"] = written.to, f"<{written.id}@baton.example>"
    message.set_content(written.text)
    return message


async def test_each_letter_is_read_once_and_acknowledged_by_its_link(tmp_path: Path) -> None:
    kept, sla = Letters(tmp_path / "mail"), Sla()
    with History(tmp_path / "history.jsonl") as history:
        readers = letters.Readers(tmp_path / "mail", sla, history, lambda lead: 0.0 if lead == str(LEAD) else None)
        working = asyncio.create_task(readers.work())
        for level in (Level.WARNING, Level.BREACH):
            kept.keep("baton@baton.example", ["ines@sites.example"], _mail(level).as_bytes(), AT)
            async with asyncio.timeout(10):
                while readers.arrived < len(kept.lines()) or readers.acknowledged < readers.arrived:
                    await asyncio.sleep(0.05)
        readers.stop()
        await working
    assert sla.asked == [("GET", "/sla/a/t0k"), ("POST", "/sla/a/t0k")] * 2
    asked = [line for line in lines_of(tmp_path / "history.jsonl") if line["what"] == "asked"]
    expected = [str(alert_id(LEAD, Clock.FIRST_RESPONSE, 1, level)) for level in (Level.WARNING, Level.BREACH)]
    assert [(line["alert"], line["lead"], line["staff"]) for line in asked] == [
        (alert, str(LEAD), "ines") for alert in expected
    ]


async def test_told_to_stop_they_put_the_letters_aside_that_wait_for_an_answering_sla(tmp_path: Path) -> None:
    """A run ended without a verdict because 46,000 letters that nobody had come to were still acknowledged."""
    kept, sla = Letters(tmp_path / "mail"), Sla(answers_after=0.1)
    for _ in range(400):
        kept.keep("baton@baton.example", ["ines@sites.example"], _mail(Level.BREACH).as_bytes(), AT)
    with History(tmp_path / "history.jsonl") as history:
        readers = letters.Readers(tmp_path / "mail", sla, history, lambda _: 0.0)
        working = asyncio.create_task(readers.work())
        async with asyncio.timeout(20):
            while not readers.acknowledged:
                await asyncio.sleep(0.05)
        readers.stop()
        async with asyncio.timeout(2):
            await working
    assert 0 < readers.acknowledged < 200


def test_other_mail_is_no_alert() -> None:
    message = EmailMessage()
    message.set_content("Hello http://a:1/sla/a/t0k")
    assert letters.read_alert(message) is None
