"""The shell: everything is escaped, what is not given is an error, nothing is inline, colours are readable."""

import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError

import services.chassis.pages as room
from services.chassis.pages.shell import Pages

HERE = Path(room.__file__).parent
CSS = (HERE / "static" / "baton.css").read_text()


def a_page(folder: Path, main: str) -> Pages:
    (folder / "page.html").write_text(
        '{% extends "shell.html" %}{% block title %}T{% endblock %}{% block main %}' + main + "{% endblock %}"
    )
    return Pages(folder)


def test_values_are_escaped(tmp_path: Path) -> None:
    page = a_page(tmp_path, "<p title='{{ name }}'>{{ name }}</p>").render("page.html", name="<b onclick='x'>")
    assert "<b onclick" not in page
    assert "&lt;b onclick=&#39;x&#39;&gt;" in page


def test_what_is_not_given_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError):
        a_page(tmp_path, "{{ forgotten }}").render("page.html")


def test_nothing_is_inline_so_that_the_policy_can_forbid_it(tmp_path: Path) -> None:
    page = a_page(tmp_path, "<h1>Hello</h1>").render("page.html")
    assert re.findall(r"<script(?![^>]*src=)|<style|style=|\son\w+=", page) == []
    assert re.findall(r"https?://", page) == []


def test_static_files_are_named_by_their_content(tmp_path: Path) -> None:
    page = a_page(tmp_path, "").render("page.html")
    assert re.search(r'href="/static/baton\.css\?v=[0-9a-f]{12}"', page)
    assert re.search(r'src="/static/theme\.js\?v=[0-9a-f]{12}"', page)


def test_a_static_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        a_page(tmp_path, "{{ static('gone.css') }}").render("page.html")


def themes() -> dict[str, dict[str, str]]:
    """The colours of each block of custom properties."""
    blocks = re.findall(r"(:root[^{]*)\{([^}]*)\}", CSS)
    return {
        selector.strip(): dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", body))
        for selector, body in blocks
        if "--paper: #" in body and "--late" in body
    }


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", range(3))
def test_every_text_colour_can_be_read_on_every_ground(theme: int) -> None:
    colours = list(themes().values())[theme]
    texts = ("ink", "soft", "accent", "calm", "due", "late", "stopped")
    pairs = [(text, ground) for text in texts for ground in ("paper", "raised")] + [("on-accent", "accent")]
    assert {pair: contrast(colours[pair[0]], colours[pair[1]]) >= 4.5 for pair in pairs} == dict.fromkeys(pairs, True)


def test_dark_by_choice_and_dark_by_system_are_the_same_colours() -> None:
    light, chosen, by_system = themes().values()
    assert chosen == by_system != light
