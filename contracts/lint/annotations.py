"""The fields of a model as they were written, `Annotated` and all: pydantic's own view has lost who said what."""

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Leaf:
    """One type a value may have at the bottom of a field, with its own annotations."""

    kind: Any
    marks: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """One field: the model it stands in, its name, its annotations, what it may hold."""

    model: type[BaseModel]
    name: str
    marks: tuple[object, ...]
    leaves: tuple[Leaf, ...]

    @property
    def where(self) -> str:
        """`Class.field`, as findings name it."""
        return f"{self.model.__name__}.{self.name}"

    def of(self, kind: type[Any]) -> list[Any]:
        """The field's own annotations of one class."""
        return [mark for mark in self.marks if isinstance(mark, kind)]


def fields_of(model: type[BaseModel]) -> Iterator[Written]:
    """Every field of a model and of the models inside it, each model once."""
    seen: set[type[BaseModel]] = set()
    waiting = [model]
    while waiting:
        current = waiting.pop(0)
        if current in seen:
            continue
        seen.add(current)
        hints = get_type_hints(current, include_extras=True)
        for name in current.model_fields:
            field = Written(current, name, *_opened(hints[name]))
            yield field
            waiting += [leaf.kind for leaf in field.leaves if is_model(leaf.kind)]


def is_model(kind: Any) -> bool:
    """Whether a leaf is a model with fields of its own."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _opened(annotation: Any) -> tuple[tuple[object, ...], tuple[Leaf, ...]]:
    marks: tuple[object, ...] = ()
    if get_origin(annotation) is Annotated:
        annotation, *rest = get_args(annotation)
        marks = tuple(rest)
    return marks, tuple(_leaves(annotation, marks))


def _leaves(kind: Any, marks: tuple[object, ...]) -> Iterator[Leaf]:
    """A choice and a tuple are looked into; what was said about the whole is not said about its parts."""
    if get_origin(kind) in (Union, types.UnionType):
        parts = get_args(kind)
    elif get_origin(kind) is tuple and get_args(kind)[1:] == (...,):
        parts = get_args(kind)[:1]
    else:
        yield Leaf(kind, marks)
        return
    for part in parts:
        yield from _opened(part)[1]
