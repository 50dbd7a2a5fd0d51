"""Tokens as routing's reader hears them: who is asked about, with which reasons, and what lies in the database."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from contracts.envelope import Fact
from contracts.leads.facts import DuplicateDecided, DuplicateSuspected
from contracts.tokens.facts import MatchTokens
from contracts.vocabulary import DuplicateCheck, Likeness
from services.chassis.crypto.secrets import KeyRing
from services.intake.contacts.rules.contact import Contact
from services.intake.contacts.storage.signature import signature_of
from services.intake.contacts.storage.tokens import match_tokens
from services.routing.duplicates.storage.tokens import MOST_A_TOKEN
from tests.facts import fact
from tests.routing.builders import a_network, a_referral
from tests.routing.desk import DeskOfTests

ADA: Final = {"given_name": "Ada", "family_name": "Wren", "birth": "1961-02-03", "postcode": "LM1 4QX"}


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """Intake's, which routing never has."""
    return KeyRing.open(tmp_path / "intake", create=True)


def said(ring: KeyRing, referral: Fact[Any], details: Mapping[str, str], *, version: int = 1) -> Fact[MatchTokens]:
    """What intake says of a person."""
    body, contact = referral.body, Contact(**details)
    tokens = MatchTokens(
        lead=body.lead,
        study=body.study,
        site=body.site,
        partner=body.partner,
        tokens=match_tokens(ring, contact),
        signature=signature_of(ring, contact),
    )
    return fact(tokens, version=version, is_test=referral.is_test)


async def two(desk: DeskOfTests, ring: KeyRing, tag: str, *, here: str = "", **changes: str) -> list[Fact[Any]]:
    """Ada, then somebody who differs in this much; the second maybe at another site (`here`)."""
    await desk.hears(*a_network(tag))
    referrals = [a_referral(tag), a_referral(tag, site=here or f"site-{tag}")]
    for referral, details in zip(referrals, (ADA, ADA | changes), strict=True):
        await desk.hears(referral)
        await desk.hears(said(ring, referral, details))
    return referrals


async def test_a_person_with_a_slip_is_a_question_with_its_reasons(desk: DeskOfTests, ring: KeyRing, tag: str) -> None:
    first, second = await two(desk, ring, tag, family_name="Wrenn", birth="1961-03-02", postcode="")
    [asked] = [body for body in await desk.said(second.key) if isinstance(body, DuplicateSuspected)]
    assert asked.earlier == first.key
    assert (asked.one_name, asked.other_name) == (Likeness.EQUAL, Likeness.NEAR)
    assert (asked.date, asked.place) == (Likeness.NEAR, Likeness.UNKNOWN)
    assert 90 < asked.confidence <= 100
    lead = await desk.lead(second.key)
    assert (lead.checked, lead.duplicate_of) == (DuplicateCheck.SUSPECTED, None)
    assert lead.owner is not None, "a suspected one is owned normally"
    assert (await desk.lead(first.key)).checked is DuplicateCheck.CLEAR


@pytest.mark.parametrize(
    ("sentence", "changes"),
    [
        ("somebody else of that name", {"birth": "1988-11-30", "postcode": "NR2 7AA"}),
        ("somebody else of that birthday", {"given_name": "Alba", "family_name": "Stone", "postcode": "NR2 7AA"}),
        ("the same person at another site", {"here": "elsewhere"}),
    ],
)
async def test_who_is_not_asked_about(
    desk: DeskOfTests, ring: KeyRing, tag: str, sentence: str, changes: dict[str, str]
) -> None:
    _, second = await two(desk, ring, tag, **changes)
    assert (await desk.lead(second.key)).checked is DuplicateCheck.CLEAR, sentence


async def test_a_phone_links_without_a_question_unless_a_name_says_otherwise(
    desk: DeskOfTests, ring: KeyRing, tag: str
) -> None:
    await desk.hears(*a_network(tag))
    people = [
        {"given_name": "Ada", "family_name": "Wren", "birth": "1961", "phone": "+12125550143"},
        {"given_name": "Ada", "family_name": "Wren", "birth": "1961", "phone": "+12125550143"},
        {"given_name": "Bram", "family_name": "Wren", "phone": "+12125550143"},
    ]
    keys = []
    for details in people:
        referral = a_referral(tag)
        await desk.hears(referral)
        await desk.hears(said(ring, referral, details))
        keys.append(referral.key)
    decided = [body for body in await desk.said(keys[1]) if isinstance(body, DuplicateDecided)]
    assert [body.primary for body in decided] == [keys[0]]
    assert (await desk.lead(keys[2])).checked is DuplicateCheck.SUSPECTED


async def test_signatures_lie_sealed_and_a_later_version_replaces_everything(
    desk: DeskOfTests, ring: KeyRing, tag: str
) -> None:
    first, second = await two(desk, ring, tag, family_name="Wrenn")
    plain = said(ring, second, ADA).body.signature
    async with desk.database.work("system:test") as work:
        rows = await work.fetch("select lead, sealed from match_signature where site = $1", f"site-{tag}")
        assert {str(row["lead"]) for row in rows} == {first.key, second.key}
        assert not any((plain or "")[:40].encode() in row["sealed"] for row in rows)
    await desk.hears(said(ring, second, {"given_name": "Zoe", "family_name": "Quill"}, version=2))
    async with desk.database.work("system:test") as work:
        assert await work.fetch("select from match_pair where lead = $1", UUID(second.key)) == []
        kept = await work.value("select count(*) from match_token where lead = $1", UUID(second.key))
    assert kept == 2


async def test_a_name_that_many_bear_costs_no_more_than_the_newest_of_them(
    desk: DeskOfTests, ring: KeyRing, tag: str
) -> None:
    await desk.hears(*a_network(tag))
    same = {"given_name": "Ada", "family_name": "Wren"}
    many = [a_referral(tag) for _ in range(MOST_A_TOKEN + 20)]
    await desk.hears(*(said(ring, referral, same) for referral in many))
    last = a_referral(tag)
    before = await desk.statements()
    await desk.hears(said(ring, last, same))
    assert await desk.statements() - before == 8
    async with desk.database.work("system:test") as work:
        found = await work.value("select count(*) from match_pair where lead = $1", UUID(last.key))
    assert found == MOST_A_TOKEN
