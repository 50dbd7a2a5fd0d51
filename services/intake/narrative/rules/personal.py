"""Values by which somebody is found, inside a text that is for something else: e-mail, phone, national ids."""

import re
from collections.abc import Iterator
from typing import Final

from services.intake.narrative.rules.signs import Found, Sign

_MAIL: Final = re.compile(r"[\w.+-]{1,64}(?:@|\s?\(at\)\s?|\s?\[at\]\s?)[\w-]+(?:\.|\s?\(dot\)\s?)[\w.-]{2,}")
_PHONES: Final = (
    re.compile(r"(?<![\w+])(?:\+|00)[1-9][0-9 ().-]{6,18}[0-9]"),  # E.164 and how it is written out
    re.compile(r"(?<![\w-])\(?[2-9][0-9]{2}\)?[ .-][2-9][0-9]{2}[ .-][0-9]{4}(?![\w-])"),  # North America
    re.compile(r"(?<![\w/-])\(?0[1-9][0-9]{1,4}\)?[ /.-]{1,3}[0-9]{2,4}(?:[ .-]?[0-9]{2,4}){1,3}(?![\w-])"),  # trunk 0
)
_IDS: Final = (
    re.compile(r"(?<![\w-])(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\w-])"),  # United States, SSN
    re.compile(r"(?i)\b[A-CEGHJ-PR-TW-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b"),  # United Kingdom, NI number
    re.compile(r"\b[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3}(?: ?[0-9]{2})?\b"),  # NIR
    re.compile(r"(?i)\b[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]\b"),  # Italy, codice fiscale
    re.compile(r"(?i)\b(?:[0-9]{8}|[XYZ][0-9]{7})-?[A-Z]\b"),  # Spain, DNI and NIE
    re.compile(r"\b[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}\b"),  # Brazil, CPF
)

_FEWEST: Final = 6
"""Digits below which nothing of this is there."""


def personal_in(text: str) -> Iterator[Found]:
    """E-mail addresses, phone numbers and national ids."""
    if "@" in text or "(at)" in text or "[at]" in text:
        yield from (Found(Sign.CONTACT, *match.span()) for match in _MAIL.finditer(text))
    if sum(map(str.isdigit, text)) < _FEWEST:
        return
    for sign, shapes in ((Sign.NATIONAL_ID, _IDS), (Sign.CONTACT, _PHONES)):
        for shape in shapes:
            yield from (Found(sign, *match.span()) for match in shape.finditer(text))
