"""sla and routing: whoever is told a second time is told of something that the copy lacked, under the key of the first.

A mail cannot be taken back, so a set-back service may say again what its copy does not know it has said. It has to say
it as itself: the alert's derived id, the letter's Message-ID, so that whoever receives both knows them for one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.faults.checker.evidence import Breach
from tests.faults.checker.index import body_of, key_of, version_of
from tests.faults.checker.laws.mails import key_of as key_of_mail
from tests.faults.checker.models.said import alert_id
from tests.faults.checker.record import Record
from tests.faults.checker.restored.case import Case
from tests.faults.history import Line

LAW: Final = "a second notice only of what the copy lacked, under its old key"

Key = tuple[str, str]
"""alert, staff"""


@dataclass(frozen=True)
class Notice:
    """A letter, or an AlertRaised, that came after the copy was put back."""

    what: str
    key: Key
    lead: str
    at: float
    """seconds since 1970"""
    first: float | None
    """when the same was said before; None: this is the first"""

    @property
    def told(self) -> Line:
        """For the verdict's list."""
        alert, staff = self.key
        again = self.first is not None
        return {"what": self.what, "alert": alert, "staff": staff, "lead": self.lead, "at": self.at, "again": again}


def notices(case: Case) -> list[Notice]:
    """Every letter and every alert said since the copy was put back."""
    raised = case.evidence.index.of("AlertRaised")
    leads = {key[0]: lead for key, lead in ((_alert(one), key_of(one)) for one in raised)}
    letters = [(key_of_mail(str(mail["message_id"])), float(mail["at"])) for mail in case.evidence.mails]
    told = [("mail", key, leads.get(key[0], ""), at) for key, at in letters]
    told += [("alert", _alert(one), key_of(one), one.timestamp_ms / 1000) for one in raised]
    first: dict[tuple[str, Key], float] = {}
    for what, key, _, at in told:
        if at < case.at:
            first[what, key] = min(at, first.get((what, key), at))
    return [Notice(what, key, lead, at, first.get((what, key))) for what, key, lead, at in told if at >= case.at]


def keys_are_old(case: Case) -> Iterator[Breach]:
    """Whatever is said after is said under the key that its level always has, and a letter belongs to an alert."""
    raised = {_alert(one): one for one in case.evidence.index.of("AlertRaised")}
    for one in raised.values():
        body = body_of(one)
        if body["alert"] != alert_id(key_of(one), body["clock"], body["episode"], body["level"]):
            yield Breach(LAW, "repeated", body["alert"], "is not the id its level has")
    for notice in notices(case):
        if notice.key not in raised:
            yield Breach(LAW, "repeated", notice.key[0], f"a {notice.what} to {notice.key[1]}, of no alert")


def notices_were_lacking(case: Case) -> Iterator[Breach]:
    """sla: the copy did not know that this letter was taken, or had no such alert open."""
    sent = {(row["alert"], row["staff"]) for row in case.copied("notice") if row["state"] == "delivered"}
    known = {(row["id"], row["staff"]) for row in case.copied("alert") if row["resolved_at"] is None}
    known -= {_alert(one) for one in case.evidence.index.of("AlertResolved") if case.is_after(one)}
    raised_again = {notice.key for notice in notices(case) if notice.what == "alert"} - known
    for notice in notices(case):
        if notice.what == "mail" and notice.key in sent and notice.key not in raised_again:
            yield _needless(notice, "the copy knew that it had been delivered")
        if notice.what == "alert" and notice.key in known:
            yield _needless(notice, "the copy had it, open")


def notices_follow_what_was_lacking(case: Case) -> Iterator[Breach]:
    """routing: sla knows everything, so it says something again only of a lead of which the copy lacked something."""
    heads = {row["key"]: row["version"] for row in case.copied("head") if row["stream"] == "leads"}
    lacked = lacking_facts(case, heads)
    for notice in notices(case):
        if notice.lead not in lacked:
            yield _needless(notice, "the copy had all of this lead")


def lacking_facts(case: Case, heads: dict[str, int]) -> dict[str, list[Record]]:
    """lead -> facts that routing had said of it, and that its copy did not know it had."""
    found: dict[str, list[Record]] = {}
    for lead, versions in case.evidence.index.keys["leads"].items():
        for one in versions:
            if one is not None and not case.is_after(one) and (version_of(one) or 0) > heads.get(lead, 0):
                found.setdefault(lead, []).append(one)
    return found


def notices_are_single(case: Case) -> Iterator[Breach]:
    """Once set back it is told once: no key twice since then, but for an alert that changed hands meanwhile."""
    seen: set[tuple[str, Key]] = set()
    released = {_alert(one) for one in case.evidence.index.of("AlertResolved") if case.is_after(one)}
    for notice in notices(case):
        if (notice.what, notice.key) in seen and notice.key not in released:
            yield _needless(notice, "it was told since the copy was put back already")
        seen.add((notice.what, notice.key))


def _needless(notice: Notice, why: str) -> Breach:
    return Breach(LAW, "repeated", notice.lead, f"a {notice.what} {notice.key[0]} to {notice.key[1]}, and {why}")


def _alert(record: Record) -> Key:
    body = body_of(record)
    return str(body.get("alert")), str(body.get("staff"))
