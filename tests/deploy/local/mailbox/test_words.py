"""Words and links of messages of every shape."""

from email import message_from_string
from email.message import EmailMessage
from email.policy import default as modern

import pytest

from deploy.local.mailbox.words import links, pieces, text_of


def a_message(plain: str | None = None, html: str | None = None) -> EmailMessage:
    message = EmailMessage()
    if plain is not None:
        message.set_content(plain)
    if html is not None and plain is None:
        message.set_content(html, subtype="html")
    elif html is not None:
        message.add_alternative(html, subtype="html")
    return message


def test_the_plain_part_is_preferred() -> None:
    assert text_of(a_message("Due at 14:00 für Ines", "<b>other</b>")) == "Due at 14:00 für Ines"


def test_html_is_read_not_shown() -> None:
    link = "<a href='https://e.org/a?x=1&amp;y=2'>Say so</a>"
    html = f"<style>p {{}}</style><p>Due <b>now</b></p><script>alert(1)</script><p>{link}"
    text = text_of(a_message(html=html))
    assert text == "Due now\nSay so [https://e.org/a?x=1&y=2 ]"
    assert links(text) == ["https://e.org/a?x=1&y=2"]


def test_a_message_without_words_is_empty() -> None:
    message = EmailMessage()
    message.add_attachment(b"\x00", maintype="application", subtype="octet-stream")
    assert text_of(message) == ""


def test_a_charset_nobody_knows_is_read_as_utf8() -> None:
    raw = "Content-Type: text/plain; charset=klingon\n\nGr\u00fc\u00dfe"
    assert text_of(message_from_string(raw, policy=modern)).startswith("Gr")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see http://127.0.0.1:8080/sla/a/1?k=2#top.", ["http://127.0.0.1:8080/sla/a/1?k=2#top"]),
        ("(https://e.org/a) and <https://e.org/b>!", ["https://e.org/a", "https://e.org/b"]),
        ("javascript:alert(1) file:///etc/passwd ftp://e.org", []),
        ("", []),
    ],
)
def test_links_are_http_only_without_what_follows(text: str, found: list[str]) -> None:
    assert links(text) == found
    assert "".join(piece.text for piece in pieces(text)) == text
