"""A schema as rows: every field once, under its path, in words."""

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from services.chassis.pages.fields import Row, rows_of

_REF = "#/components/schemas/{model}"


class Mast(BaseModel):
    """What holds the sail."""

    height: Annotated[int, Field(ge=1, le=90)]


class Boat(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    name: Annotated[str, Field(max_length=40)]
    """As it is painted."""
    built: date | None = None
    rig: Literal["sloop", "ketch"] = "sloop"
    flag: Literal["white"] = "white"
    main: Mast
    other: Annotated[tuple[Mast, ...], Field(max_length=3)] = ()
    crew: tuple[str, ...] | None = None
    owner: Mast | str | None = None
    extra: dict[str, Any] | None = None


def schemas() -> dict[str, Any]:
    _, made = models_json_schema([(Boat, "validation")], ref_template=_REF)
    found: dict[str, Any] = made["$defs"]
    return found


ROWS = [
    Row("name", "text, at most 40 characters", True, "As it is painted."),
    Row("built", "date", False, ""),
    Row("rig", "one of sloop, ketch", False, ""),
    Row("flag", "always white", False, ""),
    Row("main", "object", True, "What holds the sail."),
    Row("main.height", "whole number, 1 to 90", True, ""),
    Row("other", "list of object, at most 3", False, "What holds the sail."),
    Row("other[].height", "whole number, 1 to 90", True, ""),
    Row("crew", "list of text", False, ""),
    Row("owner", "object", False, "What holds the sail."),
    Row("owner.height", "whole number, 1 to 90", True, ""),
    Row("extra", "object", False, ""),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_field_is_a_row(row: Row) -> None:
    assert [one for one in rows_of("Boat", schemas()) if one.name == row.name] == [row]


def test_there_are_no_other_rows_and_they_keep_their_order() -> None:
    assert [row.name for row in rows_of("Boat", schemas())] == [row.name for row in ROWS]


def test_an_object_inside_itself_ends() -> None:
    node = {"properties": {"next": {"$ref": "#/components/schemas/Node"}}}
    assert len(list(rows_of("Node", {"Node": node}))) == 5
