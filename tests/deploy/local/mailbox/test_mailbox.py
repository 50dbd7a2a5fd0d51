"""The mailbox as a process: mail in over SMTP, out over HTTP, there after a kill -9."""

import signal
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from deploy.local.mailbox.page import ago
from deploy.local.mailbox.part import mailbox_part
from deploy.local.parts import Command
from deploy.local.ports import free_port

LINK = "http://127.0.0.1:8080/sla/acknowledge/abc"


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    folder = tmp_path_factory.mktemp("mailbox")
    smtp, http = f"smtp://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"
    part = mailbox_part(folder / "mail", smtp, http, folder / "mailbox.log")
    part.start()
    part.wait_ready(within=30)
    yield part
    part.stop()


@pytest.fixture
def web(mailbox: Command) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=(mailbox.ready_url or "").removesuffix("/livez"), trust_env=False) as client:
        yield client


def send(mailbox: Command, to: str, subject: str, text: str) -> None:
    host, _, port = str(mailbox.errand.argv[4]).rpartition(":")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "baton@example.org", to, subject
    message.set_content(text)
    with smtplib.SMTP(host, int(port), timeout=10) as client:
        client.send_message(message)


def test_mail_is_listed_and_read(mailbox: Command, web: httpx.Client) -> None:
    send(mailbox, "ines@example.org", "ALDER-1: answer due 14:00 für Ines", f"Acknowledge: {LINK}.")
    [found] = web.get("/messages", params={"recipient": "ines@example.org"}).json()["messages"]
    assert found["recipients"] == ["ines@example.org"]
    assert found["subject"] == "ALDER-1: answer due 14:00 für Ines"
    assert datetime.now(UTC) - datetime.fromisoformat(found["at"]) < timedelta(minutes=1)
    letter = web.get(f"/messages/{found['id']}").json()
    assert letter == found | {"text": f"Acknowledge: {LINK}.", "links": [LINK]}


def test_a_reader_asks_only_for_what_is_new(mailbox: Command, web: httpx.Client) -> None:
    send(mailbox, "new@example.org", "one", "1")
    last = web.get("/messages").json()["messages"][-1]["id"]
    assert web.get("/messages", params={"after": last}).json() == {"messages": []}
    send(mailbox, "new@example.org", "two", "2")
    assert [one["subject"] for one in web.get("/messages", params={"after": last}).json()["messages"]] == ["two"]


def test_the_page_shows_words_and_links_and_nothing_a_sender_made_up(mailbox: Command, web: httpx.Client) -> None:
    evil = "<script>alert(1)</script><img src=x>"
    send(mailbox, "page@example.org", evil, f"{evil} {LINK} javascript:alert(2)")
    page = web.get("/", params={"to": "PAGE@"})
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x&gt;" in page.text
    assert f'<a href="{LINK}" rel="noreferrer noopener" target="_blank">{LINK}</a>' in page.text
    assert 'href="javascript' not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]


def test_what_is_searched_for_is_escaped_too(web: httpx.Client) -> None:
    page = web.get("/", params={"to": '"><script>'})
    assert "<script>" not in page.text
    assert "Nothing for" in page.text


def test_long_lists_are_shown_in_pages(mailbox: Command, web: httpx.Client) -> None:
    for number in range(60):
        send(mailbox, "many@example.org", f"number {number:02}", "x")
    first = web.get("/", params={"to": "many@"})
    assert first.text.count("<details>") == 50
    older = first.text.rpartition('href="/?to=many%40&amp;before=')[2].partition('"')[0]
    second = web.get("/", params={"to": "many@", "before": older})
    assert second.text.count("<details>") == 10
    assert "number 09" in second.text
    assert "number 10" not in second.text


def test_nothing_can_be_changed_or_asked_for_under_another_name(web: httpx.Client) -> None:
    last = web.get("/messages").json()["messages"][-1]["id"]
    for method in ("DELETE", "POST", "PUT"):
        assert web.request(method, f"/messages/{last}").status_code == httpx.codes.METHOD_NOT_ALLOWED
    assert web.get("/messages/20260301T093000123456-00000000").status_code == httpx.codes.NOT_FOUND
    assert web.get("/messages", headers={"host": "evil.example.org"}).status_code == httpx.codes.BAD_REQUEST


def test_mail_is_there_after_a_kill(mailbox: Command, web: httpx.Client) -> None:
    send(mailbox, "kept@example.org", "kept", LINK)
    before = web.get("/messages").json()
    assert mailbox.child is not None
    mailbox.child.process.send_signal(signal.SIGKILL)
    mailbox.child.process.wait()
    mailbox.start()
    mailbox.wait_ready(within=30)
    assert web.get("/messages").json() == before


def test_the_folder_is_for_its_owner_alone(mailbox: Command) -> None:
    assert Path(mailbox.errand.argv[-1]).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "just now"), (59, "just now"), (60, "1 min ago"), (7_300, "2 h ago"), (200_000, "2 d ago")],
)
def test_times_are_said_as_people_say_them(seconds: int, said: str) -> None:
    then = datetime(2026, 3, 1, tzinfo=UTC)
    assert ago(then + timedelta(seconds=seconds), then) == said
