"""Small invented facts, for rules that the real ones keep. Each is sound until a test says otherwise."""

from typing import Annotated, Any, get_args

from pydantic import create_model

from contracts.envelope import FactBody
from contracts.facts import AnyFact
from contracts.says import PLAIN, RTE, DataClass, Says, says
from contracts.shapes import LeadId
from contracts.streams import LEADS, Stream

REAL: dict[str, type[FactBody]] = {fact.type_name: fact for fact in get_args(AnyFact)}
"""The facts of this release, whatever other tests have made known."""


def why(text: str = "shows a rule", data: DataClass = PLAIN) -> Says:
    return says(text, by=RTE, data=data)


def a_fact(
    name: str = "ThingNoted", *, stream: Stream = LEADS, key: str = "lead", stops: bool = False, **fields: Any
) -> type[FactBody]:
    """A fact of one lead; `fields` as pydantic's `create_model` takes them: `(annotation, default or ...)`."""
    fields = {"lead": (Annotated[LeadId, why("which lead")], ...), **fields}
    return create_model(
        name, __base__=FactBody, __cls_kwargs__={"stream": stream, "key": key, "stops": stops}, **fields
    )
