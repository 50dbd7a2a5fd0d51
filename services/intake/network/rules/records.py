"""A study and its sites from a ClinicalTrials.gov v2 record, as entries of a network file.

Read from `protocolSection`: identificationModule, statusModule, sponsorCollaboratorsModule, contactsLocationsModule.
Names of people in a record are not read. Sites are numbered in the record's order: `nct02210780-017`, "Site 017,
<city>". Their time zone is the one at their geoPoint.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.vocabulary import Recruiting
from services.intake.network.rules.countries import country_of

_OPEN: Final = frozenset({"RECRUITING"})
_NOT_NOW: Final = frozenset(
    {"NOT_YET_RECRUITING", "SUSPENDED", "ENROLLING_BY_INVITATION", "TEMPORARILY_NOT_AVAILABLE", "AVAILABLE"}
)
"""Takes nobody from outside, but may later; every other status is the end of it, UNKNOWN as well."""

_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f@<>\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
_LABEL: Final = 80


class NotARecord(ValueError):
    """The file is no ClinicalTrials.gov v2 record, or lacks what a network needs; the text says which part."""


@dataclass(frozen=True, slots=True)
class FromRecord:
    """Entries of a network file, as plain values; the file's own entries with the same id stand before them."""

    study: Mapping[str, Any]
    sites: Sequence[Mapping[str, Any]]
    sponsor: Mapping[str, Any]


def study_from_record(
    record: object,
    *,
    effective_from: str | None = None,
    reviewed_on: str | None = None,
    policy: str = "typical",
    priority: str = "routine",
    calendar: str = "office",
    as_recruiting: bool = False,
) -> FromRecord:
    """The study of a record, its sites and its sponsor; without dates of its own it has the day of its last update.

    `as_recruiting` opens a study and sites that do not recruit (any more) for a rehearsal; it is then marked
    `declared_recruiting`, which every output shows.

    Raises:
        NotARecord: a part is missing, or a site's place has no time zone.
    """
    section = _mapping(_mapping(record, "the record").get("protocolSection"), "protocolSection")
    identification = _mapping(section.get("identificationModule"), "identificationModule")
    nct = _nct(identification)
    status = _mapping(section.get("statusModule"), "statusModule")
    stands = recruiting_of(status.get("overallStatus", "UNKNOWN"))
    day = _day(status)
    dates = {"effective_from": effective_from or day, "reviewed_on": reviewed_on or day}
    sites = _sites(section, nct.lower(), stands, calendar)
    words = [stands, *(word for _, word in sites)]
    study_word, *site_words = ["recruiting" if as_recruiting else word.value for word in words]
    sponsor = _sponsor(section, nct.lower())
    study = {
        **_study(identification, nct),
        "sponsor": sponsor["id"],
        "policy": policy,
        "priority": priority,
        "recruiting": study_word,
        "sites": [{"site": site["id"], "recruiting": word} for (site, _), word in zip(sites, site_words, strict=True)],
        "declared_recruiting": as_recruiting and set(words) != {Recruiting.RECRUITING},
    }
    return FromRecord(study | dates, [site | dates for site, _ in sites], sponsor | dates)


def recruiting_of(status: object, *, within: Recruiting = Recruiting.RECRUITING) -> Recruiting:
    """How a record's status word stands for referrals; a place is never more open than the study it is `within`."""
    if status is None or within is Recruiting.CLOSED:
        return within
    if status in _OPEN:
        return within
    return Recruiting.PAUSED if status in _NOT_NOW else Recruiting.CLOSED


def zone_at(latitude: float, longitude: float) -> str | None:
    """The time zone at a point, None at sea. The first call loads the map of the world (about 40 MB)."""
    from tzfpy import get_tz

    zone = str(get_tz(longitude, latitude))
    return None if not zone or zone.startswith("Etc/") else zone


def _study(identification: Mapping[str, Any], nct: str) -> dict[str, Any]:
    return {
        "id": nct.lower(),
        "code": nct,
        "name": _label(identification.get("acronym") or nct),
        "description": _label(identification.get("briefTitle") or nct, longest=1000),
        "registry_id": nct,
    }


def _nct(identification: Mapping[str, Any]) -> str:
    nct = str(identification.get("nctId", ""))
    if not re.fullmatch(r"NCT[0-9]{8}", nct):
        raise NotARecord("identificationModule.nctId is not NCT and eight digits")
    return nct


def _day(status: Mapping[str, Any]) -> str:
    update = status.get("lastUpdatePostDateStruct")
    day = update.get("date") if isinstance(update, Mapping) else None
    if not isinstance(day, str):
        raise NotARecord("statusModule.lastUpdatePostDateStruct.date is missing")
    return day


def _sites(
    section: Mapping[str, Any], study: str, stands: Recruiting, calendar: str
) -> list[tuple[dict[str, Any], Recruiting]]:
    """Sites, each with what the record says of it."""
    listed = _mapping(section.get("contactsLocationsModule", {}), "contactsLocationsModule").get("locations", [])
    if not isinstance(listed, list):
        raise NotARecord("contactsLocationsModule.locations is not a list")
    sites: list[tuple[dict[str, Any], Recruiting]] = []
    for number, location in enumerate(listed, start=1):
        place = f"location {number}"
        point = _mapping(_mapping(location, place).get("geoPoint"), f"{place}.geoPoint")
        zone = zone_at(point["lat"], point["lon"]) if _on_earth(point) else None
        if zone is None:
            raise NotARecord(f"{place}.geoPoint has no time zone")
        site: dict[str, Any] = {
            "id": f"{study}-{number:03}",
            "name": _label(f"Site {number:03}, {location.get('city', 'unknown city')}"),
            "zone": zone,
            "calendar": calendar,
        }
        if country := country_of(str(location.get("country", ""))):
            site["country"] = country
        sites.append((site, recruiting_of(location.get("status"), within=stands)))
    return sites


def _sponsor(section: Mapping[str, Any], study: str) -> dict[str, Any]:
    module = section.get("sponsorCollaboratorsModule")
    lead = module.get("leadSponsor", {}) if isinstance(module, Mapping) else {}
    name = _label(lead.get("name") or f"Sponsor of {study}")
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    return {"id": slug or f"sponsor-of-{study}", "name": name}


def _label(text: object, *, longest: int = _LABEL) -> str:
    """One line as a label may be; what is too long ends with dots."""
    line = " ".join(_UNSEEN.sub(" ", str(text)).split())
    return line if len(line) <= longest else line[: longest - 3].rstrip() + "..."


def _on_earth(point: Mapping[str, Any]) -> bool:
    latitude, longitude = point.get("lat"), point.get("lon")
    return (
        isinstance(latitude, int | float)
        and isinstance(longitude, int | float)
        and -90 <= latitude <= 90
        and -180 <= longitude <= 180
    )


def _mapping(value: object, called: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise NotARecord(f"{called} is missing or no object")
    return value
