"""A person's way in by a browser: link, session, fresh tokens, the way out (S6); nothing for other sites to use."""

import asyncio
from http.cookies import SimpleCookie

import httpx
import pytest

from services.chassis.auth.signing import TokenReader
from services.chassis.work import Work
from services.intake.access.storage.sessions import end_sessions, make_link, sessions
from tests.doors import Doors

OURS = {"sec-fetch-site": "same-origin"}
LOST = "/sign-in/refresh"


async def a_link(doors: Doors, staff: str = "ines") -> str:
    parts = doors.parts("intake")
    async with parts.database.work("system:operator") as work:
        await end_sessions(work, staff=staff, act="session_revoked")
        return f"/sign-in/link/{await make_link(work, parts.keys, staff)}"


async def a_browser(doors: Doors, staff: str = "ines") -> httpx.AsyncClient:
    """Signed in."""
    browser = await doors.ask("intake")
    answer = await browser.post(await a_link(doors, staff), headers=OURS)
    assert answer.status_code == 303, answer.text
    return browser


def tokens(doors: Doors) -> TokenReader:
    return TokenReader(doors.parts("intake").settings.keys_dir / "public")


async def test_a_link_is_opened_as_often_as_one_likes_and_signs_in_once(doors: Doors) -> None:
    link, browser = await a_link(doors), await doors.ask("intake")
    pages = [await browser.get(link) for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    answers = await asyncio.gather(*(browser.post(link, headers=OURS) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [303, 404, 404, 404, 404]
    [used] = [answer for answer in answers if answer.status_code == 303]
    session, token = (SimpleCookie(line) for line in used.headers.get_list("set-cookie"))
    assert (session["baton_session"]["path"], session["baton_session"]["max-age"]) == ("/sign-in", "43200")
    assert (token["baton_token"]["path"], token["baton_token"]["max-age"]) == ("/", "60")
    for cookie in (session["baton_session"], token["baton_token"]):
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert str(tokens(doors).read(token["baton_token"].value)) == "staff:ines"
    assert "ines" in (await browser.get("/sign-in")).text


async def test_a_link_that_is_over_or_none_gets_the_same_answer(doors: Doors) -> None:
    browser, parts = await doors.ask("intake"), doors.parts("intake")
    over = await a_link(doors)
    async with parts.database.work("system:test") as work:
        await work.run("update sign_in_link set expires = clock_timestamp() where used_at is null")
    answers = [await browser.post(path, headers=OURS) for path in (over, "/sign-in/link/guess")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}


async def test_the_database_keeps_no_secret(doors: Doors) -> None:
    link = await a_link(doors)
    browser = await doors.ask("intake")
    await browser.post(link, headers=OURS)
    kept = link.rpartition("/")[2], browser.cookies["baton_session"]
    async with doors.parts("intake").database.work("system:test") as work:
        every = "select sign_in_link::text as t from sign_in_link union all select session::text from session"
        rows = await work.fetch(every)
    assert rows
    assert not [row for row in rows if kept[0] in row["t"] or kept[1] in row["t"]]


async def test_a_session_that_is_signed_out_or_revoked_gives_no_token(doors: Doors) -> None:
    async def revoke(work: Work) -> None:
        [session] = await sessions(work, "ines")
        assert await end_sessions(work, id=session.id, act="session_revoked") == 1

    async def end(work: Work) -> None:
        await work.run("update session set expires = clock_timestamp() where staff = 'ines'")

    for how in ("signed out", "revoked", "over"):
        browser = await a_browser(doors)
        assert (await browser.get(LOST)).status_code == 204
        stolen = dict(browser.cookies)
        if how == "signed out":
            assert (await browser.post("/sign-in/out", headers=OURS)).status_code == 303
            assert not browser.cookies
        else:
            database = doors.parts("intake").database
            await database.run(revoke if how == "revoked" else end, actor="system:test")
        browser.cookies.update(stolen)
        answer = await browser.get(LOST)
        assert (how, answer.status_code, "baton_token=;" in answer.headers["set-cookie"]) == (how, 401, True)


NEXT = {
    "/desk/v1/queue?at=1&b=%2F": True, "/": True, "/desk": True, "/sign-in-list": True, "//evil.example": False,
    "/\\evil.example": False, "https://evil.example/": False, "/%0d%0aset-cookie: a=b": False, "": False, "desk": False,
    "/sign-in/refresh": False, "/sign-in": False, "/a\tb": False, "javascript:alert(1)": False, "/" + "a" * 3000: False,
}  # fmt: skip


@pytest.mark.parametrize(("wanted", "is_ours"), NEXT.items())
async def test_a_refresh_leads_on_to_our_own_pages_only(doors: Doors, wanted: str, is_ours: bool) -> None:
    browser = await a_browser(doors)
    answer = await browser.get(LOST, params={"next": wanted})
    assert (answer.status_code, answer.headers.get("location")) == ((303, wanted) if is_ours else (400, None))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8080"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
        ({"origin": "http://127.0.0.1:8080"}, 303),
        (OURS, 303),
    ],
)
async def test_what_another_site_asks_changes_nothing(doors: Doors, headers: dict[str, str], status: int) -> None:
    browser = await a_browser(doors)
    answer = await browser.post("/sign-in/out", headers=headers)
    assert answer.status_code == status
    assert bool(browser.cookies) == (status == 403)


async def test_every_act_is_in_the_audit_log(doors: Doors) -> None:
    browser = await a_browser(doors, "otto")
    await browser.post("/sign-in/out", headers=OURS)
    async with doors.parts("intake").database.work("system:test") as work:
        rows = await work.fetch(
            "select actor, act from audit where subject = 'staff:otto' or subject in "
            "(select 'session:' || id from session where staff = 'otto') order by id"
        )
    assert [tuple(row) for row in rows] == [
        ("system:operator", "sign_in_link_made"), ("staff:otto", "signed_in"), ("staff:otto", "signed_out"),
    ]  # fmt: skip
