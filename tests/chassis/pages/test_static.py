"""`/static/`: this release's files and nothing else."""

import httpx
import pytest

from services.chassis.http.dispatch import all_apps
from services.chassis.pages.static import StaticFiles, static_app


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(all_apps([static_app()])), base_url="http://baton.example")


async def test_a_file_comes_with_its_type_and_is_kept_for_ever_under_its_mark() -> None:
    async with client() as asking:
        answer = await asking.get(StaticFiles().address("baton.css"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert ":root" in answer.text


async def test_without_its_mark_it_is_kept_for_minutes_and_asked_for_again() -> None:
    async with client() as asking:
        first = await asking.get("/static/theme.js")
        again = await asking.get("/static/theme.js", headers={"if-none-match": first.headers["etag"]})
    assert first.headers["cache-control"] == "public, max-age=300"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/static/", "/static/shell.py", "/static/../shell.py", "/static/%2e%2e/shell.py", "/static/baton.css/x"]
)
async def test_anything_else_does_not_exist(path: str) -> None:
    async with client() as asking:
        assert (await asking.get(path)).status_code == 404


async def test_it_only_reads() -> None:
    async with client() as asking:
        answers = [await asking.post("/static/baton.css"), await asking.head("/static/baton.css")]
    assert [answer.status_code for answer in answers] == [405, 200]
    assert answers[0].headers["allow"] == "GET, HEAD"
    assert answers[1].content == b""
