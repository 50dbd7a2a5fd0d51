"""Replacing a part of the product from outside: it breaks at once when that part is not what it was."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

_Shape = tuple[bool, tuple[tuple[str, object], ...]]

_DONE: Final[list[tuple[Any, str, object]]] = []


class PatchLost(RuntimeError):
    """What a patch was written for is gone or has changed: the patch would prove nothing any more."""


def patch(owner: Any, name: str, new: Callable[..., Any]) -> None:
    """Put `new` in the place of a function of a module or a method of a class; it must take what the old one takes.

    Raises:
        PatchLost: there is no such function, or its parameters (names, kinds) or its being async are others.
    """
    old = vars(owner).get(name)
    if not callable(getattr(old, "__func__", old)):
        raise PatchLost(f"{_named(owner)}.{name} is gone")
    plain = old.__func__ if isinstance(old, classmethod | staticmethod) else old
    if _shape(plain) != _shape(new):
        raise PatchLost(f"{_named(owner)}.{name} is {inspect.signature(plain)} now")
    _put(owner, name, type(old)(new) if isinstance(old, classmethod | staticmethod) else new)


def rewrite(owner: Any, name: str, *changes: tuple[str, str]) -> None:
    """Change a text of a module (SQL): each old part must stand in it exactly once."""
    text = vars(owner).get(name)
    if not isinstance(text, str):
        raise PatchLost(f"{_named(owner)}.{name} is gone")
    for old, new in changes:
        if text.count(old) != 1:
            raise PatchLost(f"{_named(owner)}.{name} has {text.count(old)} times {old!r}")
        text = text.replace(old, new)
    _put(owner, name, text)


def put(owner: Any, name: str, value: object) -> None:
    """Put another value in the place of a constant of the same type."""
    if name not in vars(owner) or type(vars(owner)[name]) is not type(value):
        raise PatchLost(f"{_named(owner)}.{name} is gone, or is no {type(value).__name__}")
    _put(owner, name, value)


@contextmanager
def undone() -> Iterator[None]:
    """Take back at the end what was patched in this block: for tests, which share a process."""
    before = len(_DONE)
    try:
        yield
    finally:
        while len(_DONE) > before:
            owner, name, old = _DONE.pop()
            setattr(owner, name, old)


def _put(owner: Any, name: str, new: object) -> None:
    _DONE.append((owner, name, vars(owner)[name]))
    setattr(owner, name, new)


def _shape(function: Any) -> _Shape:
    parameters = inspect.signature(function).parameters.values()
    return inspect.iscoroutinefunction(function), tuple((one.name, one.kind) for one in parameters)


def _named(owner: Any) -> str:
    module = getattr(owner, "__module__", None)
    return f"{module}.{owner.__qualname__}" if module else str(owner.__name__)
