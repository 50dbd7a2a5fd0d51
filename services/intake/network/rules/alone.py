"""What is wrong with a calendar, a policy, an agreement or a material by itself."""

from collections.abc import Iterator

from contracts.vocabulary import Word
from services.intake.network.rules.document import Placed
from services.intake.network.rules.faults import Fault
from services.intake.network.rules.items import Agreement, Calendar, Material, Policy
from services.intake.network.rules.words import Forbidden, MaterialKind


def faults_alone(at: Placed) -> Iterator[Fault]:
    """What no other item is needed to see."""
    match at.item:
        case Agreement() as agreement:
            yield from agreement_faults(at, agreement)
        case Material() as material:
            yield from material_faults(at, material)
        case Policy() as policy:
            yield from policy_faults(at, policy)
        case Calendar() as calendar:
            yield from calendar_faults(at, calendar)


def calendar_faults(at: Placed, calendar: Calendar) -> Iterator[Fault]:
    """Openings end after they begin and do not overlap; a calendar has hours or is always open."""
    if calendar.always_open and calendar.hours:
        yield at.fault("always_open", says="leaves no room for hours")
    if not calendar.always_open and not calendar.hours:
        yield at.fault("hours", says="are required, unless it is always_open")
    taken: list[tuple[Word, str, str]] = []
    for number, opening in enumerate(calendar.hours):
        if opening.opens >= opening.closes:
            yield at.fault("hours", number, "closes", says="must be after opens; 24:00 ends a day")
            continue
        for n, day in enumerate(opening.days):
            if any(d is day and opening.opens < closes and opens < opening.closes for d, opens, closes in taken):
                yield at.fault("hours", number, "days", n, says="overlaps another opening of that day")
            taken.append((day, opening.opens, opening.closes))


def policy_faults(at: Placed, policy: Policy) -> Iterator[Fault]:
    """A warning comes before the breach it warns of (R42), and neither before the target."""
    rule = policy.first_response
    if rule.warn < rule.target:
        yield at.fault("first_response", "warn", says="must not be before the target")
    if rule.breach <= rule.warn:
        yield at.fault("first_response", "breach", says="must be after the warning")


def agreement_faults(at: Placed, agreement: Agreement) -> Iterator[Fault]:
    """Each forbidden thing is acknowledged, or an approval with its dates allows it (R8-R11)."""
    if agreement.valid_until is not None and agreement.valid_until < agreement.valid_from:
        yield at.fault("valid_until", says="must not be before valid_from")
    excepted = {one.allows for one in agreement.exceptions}
    for thing in Forbidden:
        if thing is not Forbidden.OTHER and thing not in {*agreement.acknowledges, *excepted}:
            yield at.fault("acknowledges", says=f"must name {thing.value}, or an exception must allow it")
    for number, one in enumerate(agreement.exceptions):
        if one.allows in agreement.acknowledges:
            yield at.fault("exceptions", number, "allows", says="is acknowledged as forbidden as well")
        if one.valid_until < one.valid_from:
            yield at.fault("exceptions", number, "valid_until", says="must not be before valid_from")
    studies = [one.study for one in agreement.studies]
    for number, study in enumerate(studies):
        if study in studies[:number]:
            yield at.fault("studies", number, "study", says="stands twice")


def material_faults(at: Placed, material: Material) -> Iterator[Fault]:
    """Partner language has its six parts (R2-R7), everything else one text; nothing is used before it is approved."""
    if material.material_kind is MaterialKind.PARTNER_LANGUAGE:
        if material.parts is None:
            yield at.fault("parts", says="are required: the six parts of partner language")
        if material.text is not None:
            yield at.fault("text", says="partner language is written in its six parts")
    else:
        if material.text is None:
            yield at.fault("text", says="is required")
        if material.parts is not None:
            yield at.fault("parts", says="only partner language has parts")
    if material.effective_from.date() < material.approved_on:
        yield at.fault("effective_from", says="must not be before approved_on")
    if material.retire_at is not None and material.retire_at <= material.effective_from:
        yield at.fault("retire_at", says="must be after effective_from")
    if material.approved_until is not None and material.approved_until < material.effective_from.date():
        yield at.fault("approved_until", says="must not be before effective_from")
