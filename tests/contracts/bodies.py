"""Any body a fact class can hold: the whole range of each field, optional ones there or not."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from contracts.envelope import FactBody
from contracts.shapes import Shape
from contracts.vocabulary import Word

MODERN = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - ditto


def bodies(fact: type[FactBody]) -> st.SearchStrategy[FactBody]:
    return _model(fact)


def _model(model: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(model, include_extras=True)
    fields = {name: _field(hints[name], field) for name, field in model.model_fields.items()}
    return st.fixed_dictionaries(fields).map(lambda values: model(**values))


def _field(hint: Any, field: FieldInfo) -> st.SearchStrategy[Any]:
    values = _value(hint)
    return values if field.is_required() else st.just(field.default) | values


def _value(hint: Any) -> st.SearchStrategy[Any]:
    kind, *marks = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if get_origin(kind) is tuple:
        return st.lists(_value(get_args(kind)[0]), max_size=3).map(tuple)
    if get_args(kind):
        assert get_origin(kind) is Union or kind.__class__.__name__ == "UnionType", kind
        return st.one_of([_value(part) for part in get_args(kind)])
    if kind is str:
        shape = next(mark for mark in marks if isinstance(mark, Shape))
        assert isinstance(shape.pattern, str)
        return st.from_regex(shape.pattern, fullmatch=True).filter(lambda text: len(text) <= (shape.max_length or 0))
    if kind is int:
        return _whole([part for mark in marks for part in getattr(mark, "metadata", ())])
    if issubclass(kind, Word):
        return st.sampled_from(kind)
    if issubclass(kind, BaseModel):
        return _model(kind)
    return {bool: st.booleans(), datetime: MODERN, date: st.dates(), type(None): st.none()}[kind]


def _whole(bounds: list[Any]) -> st.SearchStrategy[int]:
    low = max(
        [getattr(bound, "ge", getattr(bound, "gt", -2) + 1) for bound in bounds if not hasattr(bound, "le")] or [0]
    )
    high = min([bound.le for bound in bounds if hasattr(bound, "le")] or [2**31])
    return st.integers(low, high)
