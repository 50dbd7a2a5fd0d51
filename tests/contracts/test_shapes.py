"""What each form of a text lets in, and what it keeps out: nothing a person would be found in."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts import shapes

TAKES = {
    "Slug": ["alder", "port-callow", "nct02210780", "a" * 60],
    "Minted": ["0199f4c2-6b1a-7c3e-9d52-4e8f1a0b7c6d"],
    "LeadId": ["0199f4c2-6b1a-7c3e-9d52-4e8f1a0b7c6d"],
    "Code": ["AL-204", "NCT02210780", "autumn-radio", "2026/Q4_b.1"],
    "Wording": ["eastmere-contact", "eastmere-contact@2"],
    "Language": ["en", "es-US", "zh-Hant-TW", "es-419", "gsw"],
    "Zone": ["UTC", "America/New_York", "America/Argentina/Buenos_Aires", "Etc/GMT+5"],
    "LocalTime": ["00:00", "08:30", "23:59", "24:00"],
    "TokenValue": ["0123456789abcdef" * 4],
    "Label": ["Ines, Eastmere", "Ostler's Ford", "Site 017, São Paulo", "Breathe Together Families", "愛媛 (東)"],
    "StaffMail": ["ines@eastmere.example", "site.lead+alerts@a-b.example"],
}
REFUSES = {
    "Slug": ["", "Alder", "alder tremor", "ada@person.example", "+15550100199", "a" * 61, "älder", "a_b", "a\n"],
    "Minted": ["1", "0199F4C2-6B1A-7C3E-9D52-4E8F1A0B7C6D", "0199f4c26b1a7c3e9d524e8f1a0b7c6d", ""],
    "LeadId": ["ada-lovelace", "lead-1", "0199f4c2-6b1a-7c3e-9d52-4e8f1a0b7c6d "],
    "Code": ["", "-x", "two words", "a@b", "+1555", "a" * 41, "tremor since May"],
    "Wording": ["", "I agree", "x@y", "ada@person.example", "a@1234567"],
    "Language": ["", "english", "EN", "en_US", "en-us", "e"],
    "Zone": ["", "New York", "/etc/passwd", "America/New York", "../x", "A/B/C/D", "1/2"],
    "LocalTime": ["8:30", "24:01", "12:60", "08:30:00", "noon", ""],
    "TokenValue": ["", "ada", "0123456789ABCDEF" * 4, "0" * 63, "0" * 65],
    "Label": ["", " Ines", "Ines\nEastmere", "ines@eastmere.example", "a\0b", "a\u202eb", "<b>", "x" * 81, "\u200bx"],
    "StaffMail": ["", "ines", "ines@", "@x", "a b@x.example", "a@x@y", "ines@x.example\n", "a" * 65 + "@x.example"],
}


def adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(getattr(shapes, name))


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in TAKES.items() for text in texts])
def test_a_form_takes(name: str, text: str) -> None:
    assert adapter(name).validate_python(text) == text


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in REFUSES.items() for text in texts])
def test_a_form_refuses(name: str, text: str) -> None:
    with pytest.raises(ValidationError):
        adapter(name).validate_python(text)


@pytest.mark.parametrize("shape", shapes.SHAPES, ids=lambda shape: shape.called)
def test_a_form_is_anchored_and_bounded(shape: shapes.Shape) -> None:
    assert isinstance(shape.pattern, str)
    assert (shape.pattern[0], shape.pattern[-1]) == ("^", "$")
    assert shape.max_length is not None
    assert shape.max_length <= 254


def test_every_form_has_a_name_of_its_own() -> None:
    assert len({shape.called for shape in shapes.SHAPES}) == len(shapes.SHAPES)
    assert len({(shape.pattern, shape.max_length) for shape in shapes.SHAPES}) == len(shapes.SHAPES)
