"""Rules for each field: a purpose, an owner, a data class; no free text; nothing of a person (R22, R23, R35, S1)."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Final, get_args

from contracts.envelope import FactBody, Moment
from contracts.lint.annotations import Leaf, Written, fields_of, is_model
from contracts.lint.finding import Finding
from contracts.says import DataClass, OwnerRole, Says
from contracts.shapes import LABEL, SHAPES, STAFF_MAIL, TOKEN_VALUE, Shape
from contracts.vocabulary import Word

LONGEST_WHY: Final = 90
"""A purpose is one clause; a longer one hides two fields in one."""

OF_A_PERSON: Final = frozenset({
    "phone", "mobile", "tel", "telephone", "fax", "email", "mail", "contact", "whatsapp",
    "address", "street", "city", "town", "postcode", "zip", "zipcode",
    "birth", "birthday", "birthdate", "dob", "born", "age", "sex", "gender", "ethnicity",
    "surname", "forename", "nickname", "initials", "given_name", "family_name", "first_name", "last_name",
    "middle_name", "full_name", "maiden_name", "ssn", "nhs", "mrn", "passport", "national_id", "external_id",
})  # fmt: skip
OF_PROSE: Final = frozenset({
    "note", "notes", "comment", "comments", "remark", "remarks", "text", "freetext", "narrative", "description",
    "message", "body", "details", "summary", "diagnosis", "symptom", "symptoms", "condition", "medication", "history",
    "answer", "answers",
})  # fmt: skip
"""Words that name what no fact carries; a field's name is looked at word by word and in pairs."""

CODED: Final = frozenset({"contact_is"})
"""Names that hold such a word and whose values are a closed list of lifecycle.md."""

TELLING: Final = frozenset({"study", "route", "material", "permission_wording"})
"""On a stream about people these say which condition somebody asked about."""

_MOMENT: Final = get_args(Moment)[1:]


def field_findings(fact: type[FactBody]) -> Iterator[Finding]:
    """Every broken rule in the fields of one fact and of the models inside it."""
    for field in fields_of(fact):
        for what in (*_purpose(field), *_data_class(fact, field), *_kinds(fact, field), *_name(field)):
            yield Finding(field.where, what)


def _purpose(field: Written) -> Iterator[str]:
    said = field.of(Says)
    if len(said) != 1:
        yield f"says its purpose, owner and data class {len(said)} times: once, by says(...)"
        return
    if not said[0].why.strip() or len(said[0].why) > LONGEST_WHY:
        yield f"its purpose is one clause of at most {LONGEST_WHY} characters"
    if not isinstance(said[0].by, OwnerRole) or not isinstance(said[0].data, DataClass):
        yield "its owner is an OwnerRole and its data class a DataClass"


def _data_class(fact: type[FactBody], field: Written) -> Iterator[str]:
    classes = {said.data for said in field.of(Says)}
    if DataClass.TOKEN in classes and fact.stream.name != "tokens":
        yield "data class token only on the tokens stream"
    if DataClass.STAFF_ADDRESS in classes and fact.__name__ != "StaffDefined":
        yield "data class staff_address only in StaffDefined"
    if field.name in TELLING and fact.stream.name != "network" and DataClass.HEALTH_INFERRING not in classes:
        yield "on a stream about people it infers health: data class health_inferring"
    for shape, needed in ((TOKEN_VALUE, DataClass.TOKEN), (STAFF_MAIL, DataClass.STAFF_ADDRESS)):
        if any(shape in leaf.marks for leaf in field.leaves) and classes != {needed}:
            yield f"a {shape.called} has the data class {needed.value}"


def _kinds(fact: type[FactBody], field: Written) -> Iterator[str]:
    for leaf in field.leaves:
        if leaf.kind is str:
            yield from _text(fact, leaf)
        elif leaf.kind is datetime:
            if not set(map(id, _MOMENT)) <= set(map(id, leaf.marks)):
                yield "a time is a Moment: UTC, written one way"
        elif not _is_plain(leaf.kind):
            yield f"{getattr(leaf.kind, '__name__', leaf.kind)} has no place in a fact"


def _is_plain(kind: object) -> bool:
    """Whole numbers (durations are whole seconds), flags, days, closed lists, models, and nothing at all."""
    if kind in (int, bool, date, type(None)) or is_model(kind):
        return True
    return isinstance(kind, type) and issubclass(kind, Word)


def _text(fact: type[FactBody], leaf: Leaf) -> Iterator[str]:
    shapes = [mark for mark in leaf.marks if isinstance(mark, Shape)]
    if len(shapes) != 1 or shapes[0] not in SHAPES:
        yield "free text: a str has one form of contracts.shapes"
    elif shapes[0] == LABEL and fact.stream.name != "network":
        yield "a label only on the network stream: facts about people hold codes"


def _name(field: Written) -> Iterator[str]:
    if field.name in CODED or any(DataClass.STAFF_ADDRESS is said.data for said in field.of(Says)):
        return
    words = field.name.split("_")
    pairs = [f"{first}_{second}" for first, second in pairwise(words)]
    if found := (OF_A_PERSON | OF_PROSE) & {*words, *pairs}:
        yield f"{min(found)!r} in its name: no contact detail, birth date, postcode or prose in a fact"
