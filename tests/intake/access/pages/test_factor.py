"""The second factor: set up, given, fresh in the token for 8 hours; each code once, and no guessing."""

from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest

from services.intake.access.rules import is_fresh
from services.intake.access.storage.factors import forget, step_of
from tests.doors import Doors
from tests.intake.access.pages.test_sign_in import OURS, a_browser, tokens

FACTOR = "/sign-in/factor"
VECTORS = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]
"""RFC 6238, appendix B, SHA-1: the last six digits."""


async def enrolled(doors: Doors, staff: str) -> tuple[httpx.AsyncClient, pyotp.TOTP]:
    async with doors.parts("intake").database.work("system:operator") as work:
        await forget(work, staff)
    browser = await a_browser(doors, staff)
    made = await browser.post(f"{FACTOR}/new", headers=OURS)
    secret = made.text.partition("<code>")[2].partition("</code>")[0]
    return browser, pyotp.TOTP(secret)


async def give(browser: httpx.AsyncClient, code: str) -> int:
    return (await browser.post(FACTOR, data={"code": code}, headers=OURS)).status_code


def factor_at(doors: Doors, browser: httpx.AsyncClient) -> int | None:
    identity = tokens(doors).read(browser.cookies["baton_token"])
    assert identity is not None
    return identity.factor_at


@pytest.mark.parametrize(("at", "code"), VECTORS)
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    moment = datetime.fromtimestamp(at, UTC)
    assert step_of(secret, code, moment, after=0) == at // 30
    assert step_of(secret, code, moment + timedelta(seconds=61), after=0) is None
    assert step_of(secret, code, moment, after=at // 30) is None


async def test_a_code_marks_the_session_and_its_tokens_and_is_taken_once(doors: Doors) -> None:
    browser, app = await enrolled(doors, "nora")
    assert factor_at(doors, browser) is None
    code = app.now()
    assert await give(browser, code) == 303
    given = factor_at(doors, browser)
    assert given is not None
    assert abs(given - datetime.now(UTC).timestamp()) < 5
    assert await give(browser, code) == 422
    await browser.get("/sign-in/refresh")
    assert factor_at(doors, browser) == given
    other = await a_browser(doors, "nora")
    assert factor_at(doors, other) is None  # another session has to give its own
    assert (await other.post(f"{FACTOR}/new", headers=OURS)).status_code == 409


async def test_after_five_wrong_codes_the_right_one_is_not_taken_for_a_while(doors: Doors) -> None:
    browser, app = await enrolled(doors, "pia")
    wrong = "000000" if app.now() != "000000" else "000001"
    assert [await give(browser, wrong) for _ in range(5)] == [422] * 5
    assert await give(browser, app.now()) == 422
    async with doors.parts("intake").database.work("system:test") as work:
        await work.run("update second_factor set failed_at = failed_at - interval '15 min' where staff = 'pia'")
    assert await give(browser, app.now()) == 303


async def test_the_database_has_no_secret(doors: Doors) -> None:
    _, app = await enrolled(doors, "rosa")
    async with doors.parts("intake").database.work("system:test") as work:
        row = await work.one("select second_factor::text as t, secret from second_factor where staff = 'rosa'")
    assert row is not None
    assert app.secret not in row["t"]
    assert app.secret.encode() not in bytes(row["secret"])


async def test_nobody_signed_in_is_sent_to_the_sign_in(doors: Doors) -> None:
    browser = await doors.ask("intake")
    answers = [await browser.get(FACTOR), await browser.post(f"{FACTOR}/new", headers=OURS)]
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {(303, "/sign-in")}
    assert await give(browser, "123456") == 303
    assert (await browser.post(FACTOR, data={"code": "123456"})).status_code == 403


@pytest.mark.parametrize(("hours", "fresh"), [(0, True), (7.99, True), (8, False), (-1, False)])
def test_a_factor_is_fresh_for_eight_hours(hours: float, fresh: bool) -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert is_fresh(int((at - timedelta(hours=hours)).timestamp()), at) == fresh
    assert not is_fresh(None, at)
