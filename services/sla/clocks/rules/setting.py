"""From set-up items to what they say about a study at a site. Pure."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from contracts.envelope import FactBody
from contracts.network.facts import CalendarDefined, PolicyDefined, SiteDefined, StudyDefined
from services.sla.calendars.rules import calendar_at
from services.sla.clocks.rules.episode import Basis, Setting

B = TypeVar("B", bound=FactBody)

Known = Mapping[str, tuple[int, FactBody]]
"""Stream key -> version and body."""


def settings_of(known: Known) -> Callable[[str, str], Setting]:
    """What these items say about (study, site); each pair is worked out once."""
    made: dict[tuple[str, str], Setting] = {}

    def setting(study: str, site: str) -> Setting:
        if (study, site) not in made:
            made[study, site] = setting_of(known, study, site)
        return made[study, site]

    return setting


def setting_of(known: Known, study: str, site: str) -> Setting:
    """Targets come from the study's policy, opening times from the site's calendar in the site's zone."""
    study_version, the_study = _item(known, f"study/{study}", StudyDefined)
    site_version, the_site = _item(known, f"site/{site}", SiteDefined)
    policy = the_study.policy if the_study else None
    calendar = the_site.calendar if the_site else None
    policy_version, the_policy = _item(known, f"policy/{policy}", PolicyDefined)
    calendar_version, the_calendar = _item(known, f"calendar/{calendar}", CalendarDefined)
    basis = Basis(policy, calendar, study_version, site_version, policy_version, calendar_version)
    return Setting(
        basis,
        the_policy.first_response if the_policy else None,
        calendar_at(the_calendar, the_site.zone) if the_site and the_calendar else None,
    )


def _item(known: Known, key: str, kind: type[B]) -> tuple[int, B | None]:
    version, body = known.get(key, (0, None))
    return (version, body) if isinstance(body, kind) else (0, None)
