"""YAML with line numbers: the core schema of YAML 1.2, names once, no tags.

PyYAML reads YAML 1.1, where `no` is false, `17:30` is 1050 and `2026-03-01` a date; here they stay text, as they were
meant. A name that stands twice in one mapping is a fault (PyYAML keeps the last one silently).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from services.intake.network.rules.faults import Fault, Path

_NODES: Final = 500_000
"""Values of one file; aliases may repeat a value, but not without end."""

_DEPTH: Final = 20

_TAG: Final = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A file as values that JSON can hold, with the line (from 1) of every name and entry."""

    value: Any
    lines: Mapping[Path, int]
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class _Walk:
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    within: list[int] = field(default_factory=list)
    nodes: int = 0


_NUMBER: Final = [
    (_TAG + "int", re.compile(r"^[-+]?[0-9]{1,18}$")),
    (_TAG + "float", re.compile(r"^[-+]?[0-9]+\.[0-9]+$")),
]
_NULL: Final = [(_TAG + "null", re.compile(r"^(?:~|null|)$"))]
_BOOL: Final = [(_TAG + "bool", re.compile(r"^(?:true|false)$"))]


class _Core(yaml.CSafeLoader):
    """Only null, true, false and plain numbers are more than text; PyYAML looks forms up by the first character."""

    yaml_implicit_resolvers: dict[str, Any] = {  # noqa: RUF012 - PyYAML's own name, read from the class
        **dict.fromkeys("-+0123456789", _NUMBER),
        **dict.fromkeys(("~", "n", ""), _NULL),
        **dict.fromkeys("tf", _BOOL),
    }


def read_yaml(text: str) -> YamlFile:
    """The file's value; syntax faults have the path `()` and their line stands in `lines[()]`."""
    walk = _Walk()
    try:
        if deep := _too_deep(text):
            return YamlFile(None, {(): deep}, (Fault((), "is nested too deeply"),))
        node = yaml.compose(text, Loader=_Core)
        value = None if node is None else _value(walk, node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return YamlFile(None, {(): mark.line + 1 if mark else 1}, (Fault((), f"is not YAML here: {error.problem}"),))
    except yaml.YAMLError:
        return YamlFile(None, {(): 1}, (Fault((), "holds a character that YAML does not allow"),))
    return YamlFile(value, walk.lines, tuple(walk.faults))


def _too_deep(text: str) -> int:
    """The line where nesting passes `_DEPTH`, 0 if it never does; before anything that recurses sees the text."""
    depth = 0
    for event in yaml.parse(text, Loader=_Core):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH:
            return event.start_mark.line + 1 if event.start_mark else 1
    return 0


def _value(walk: _Walk, node: yaml.Node, path: Path) -> Any:
    walk.lines.setdefault(path, node.start_mark.line + 1)
    walk.nodes += 1
    if id(node) in walk.within or walk.nodes > _NODES:
        walk.faults.append(Fault(path, "repeats itself without end"))
        return None
    walk.within.append(id(node))
    try:
        if isinstance(node, yaml.MappingNode):
            return _mapping(walk, node, path)
        if isinstance(node, yaml.SequenceNode):
            return [_value(walk, inner, (*path, number)) for number, inner in enumerate(node.value)]
        return _scalar(walk, node, path)
    finally:
        walk.within.pop()


def _mapping(walk: _Walk, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, inner in node.value:
        line = name.start_mark.line + 1
        if not isinstance(name, yaml.ScalarNode) or name.tag != _TAG + "str":
            walk.lines[(*path, "?")] = line
            walk.faults.append(Fault((*path, "?"), "must be a plain name"))
        elif name.value in made:
            walk.lines[(*path, name.value, "again")] = line
            walk.faults.append(
                Fault(
                    (*path, name.value, "again"),
                    f"stands twice in one mapping, first on line {walk.lines[(*path, name.value)]}",
                )
            )
        else:
            walk.lines[(*path, name.value)] = line
            made[name.value] = _value(walk, inner, (*path, name.value))
    return made


def _scalar(walk: _Walk, node: yaml.Node, path: Path) -> Any:
    text, kind = str(node.value), node.tag.removeprefix(_TAG)
    match kind:
        case "str":
            return text
        case "null":
            return None
        case "bool":
            return text == "true"
        case "int":
            return int(text)
        case "float":
            return float(text)
    walk.faults.append(Fault(path, "has a tag; write the plain value"))
    return None
