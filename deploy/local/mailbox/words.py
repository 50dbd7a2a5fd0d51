"""The words of a message, for people: plain text and the links in it. HTML of a message is never shown as HTML."""

import re
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from html.parser import HTMLParser

_LINK = re.compile(r"https?://[^\s<>\"']+")
_AFTER_A_LINK = ".,;:!?)]}"
_BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "table"}
_UNSEEN = {"script", "style", "head"}


@dataclass(frozen=True)
class Piece:
    """A run of text, or a link when `url` is not empty."""

    text: str
    url: str = ""


def text_of(message: EmailMessage) -> str:
    """The plain text part; for a message that has only HTML, what a reader would see of it, links in brackets."""
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    text = _decoded(body)
    return _without_tags(text) if body.get_content_subtype() == "html" else text.replace("\r\n", "\n").strip()


def _decoded(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:  # a charset nobody knows
        return raw.decode("utf-8", errors="replace")


def pieces(text: str) -> list[Piece]:
    """The text cut into runs and http(s) links; joined again they give the text back."""
    found: list[Piece] = []
    end = 0
    for match in _LINK.finditer(text):
        url = match[0].rstrip(_AFTER_A_LINK)
        found += [Piece(text[end : match.start()]), Piece(url, url)]
        end = match.start() + len(url)
    return [piece for piece in (*found, Piece(text[end:])) if piece.text]


def links(text: str) -> list[str]:
    """Every http(s) address in the text, in order."""
    return [piece.url for piece in pieces(text) if piece.url]


def _without_tags(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.seen).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Collects what is seen: text, line breaks, and the address after a link's words."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._hidden = 0
        self._address = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _UNSEEN
        if tag in _BREAKS:
            self.seen.append("\n")
        if tag == "a":
            self._address = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _UNSEEN and self._hidden > 0
        if tag == "a" and self._address:
            self.seen.append(f" [{self._address} ]")
            self._address = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.seen.append(data)
