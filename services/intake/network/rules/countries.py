"""Country names as ClinicalTrials.gov writes them, to ISO 3166-1 alpha-2. A name not listed has no code here."""

from typing import Final

_LISTED: Final = """
AE United Arab Emirates|AR Argentina|AT Austria|AU Australia|BA Bosnia and Herzegovina|BD Bangladesh|BE Belgium
BG Bulgaria|BR Brazil|BY Belarus|CA Canada|CH Switzerland|CL Chile|CN China|CO Colombia|CR Costa Rica|CY Cyprus
CZ Czechia|CZ Czech Republic|DE Germany|DK Denmark|DO Dominican Republic|DZ Algeria|EC Ecuador|EE Estonia|EG Egypt
ES Spain|FI Finland|FR France|GB United Kingdom|GE Georgia|GH Ghana|GR Greece|GT Guatemala|HK Hong Kong|HR Croatia
HU Hungary|ID Indonesia|IE Ireland|IL Israel|IN India|IQ Iraq|IR Iran|IR Iran, Islamic Republic of|IS Iceland|IT Italy
JO Jordan|JP Japan|KE Kenya|KR South Korea|KR Korea, Republic of|KW Kuwait|KZ Kazakhstan|LB Lebanon|LK Sri Lanka
LT Lithuania|LU Luxembourg|LV Latvia|MA Morocco|MD Moldova|MD Moldova, Republic of|MK North Macedonia|MT Malta
MX Mexico|MY Malaysia|NG Nigeria|NL Netherlands|NO Norway|NP Nepal|NZ New Zealand|OM Oman|PA Panama|PE Peru
PH Philippines|PK Pakistan|PL Poland|PR Puerto Rico|PT Portugal|QA Qatar|RO Romania|RS Serbia|RU Russia
RU Russian Federation|SA Saudi Arabia|SE Sweden|SG Singapore|SI Slovenia|SK Slovakia|TH Thailand|TN Tunisia
TR Turkey|TR Türkiye|TR Turkey (Türkiye)|TW Taiwan|TZ Tanzania|UA Ukraine|UG Uganda|US United States|UY Uruguay
VN Vietnam|VN Viet Nam|ZA South Africa|ZM Zambia|ZW Zimbabwe
"""


def country_of(name: str) -> str | None:
    """`United States` is `US`."""
    listed = _LISTED.replace("\n", "|").split("|")
    return next((entry[:2] for entry in listed if entry[3:] == name), None)
