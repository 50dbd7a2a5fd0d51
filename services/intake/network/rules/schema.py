"""The JSON schema of a network file, for editors that check while a person types."""

from typing import Any, Final

from services.intake.network.rules.document import NetworkDocument

_DATES: Final = ("effective_from", "reviewed_on")
_RECORD: Final[dict[str, Any]] = {
    "type": "object",
    "description": "A study and its sites from a ClinicalTrials.gov v2 record",
    "required": ["record"],
    "additionalProperties": False,
    "properties": {
        "record": {"type": "string", "description": "path of the record, from this file's folder"},
        "as_recruiting": {"type": "boolean", "default": False},
        "policy": {"type": "string", "default": "typical"},
        "priority": {"type": "string", "default": "routine"},
        "calendar": {"type": "string", "default": "office"},
        "effective_from": {"type": "string"},
        "reviewed_on": {"type": "string"},
    },
}


def network_schema() -> dict[str, Any]:
    """The document's own schema, and what only a file may write: its dates once at the top, a study as its record."""
    schema = NetworkDocument.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Baton network file"
    for definition in schema["$defs"].values():
        if set(_DATES) <= set(definition.get("required", ())):
            definition["required"] = [name for name in definition["required"] if name not in _DATES]
    schema["properties"]["studies"]["items"] = {"anyOf": [schema["properties"]["studies"]["items"], _RECORD]}
    for name in _DATES:
        schema["properties"][name] = {"type": "string", "description": "for every item of this file that has none"}
    return schema
