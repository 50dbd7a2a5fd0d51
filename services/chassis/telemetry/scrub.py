"""What may be said about an exception and about text that somebody else wrote.

Messages carry values: asyncpg's say `Key (phone)=(...)`, pydantic's repeat the input, FastStream's print the payload.
So an exception is told by its class and the lines it came through, and a text is shown only where it stands as a
literal in the source file that logged it: then it is program text and holds nobody's data.
"""

import ast
from pathlib import Path
from threading import Lock
from traceback import walk_tb
from typing import Final

WITHHELD: Final = "text withheld"
_ROOT = Path(__file__).resolve().parents[3]
_LONGEST = 500
_KNOWN: Final[dict[str, frozenset[str]]] = {}
_parsing = Lock()


def described(error: BaseException) -> dict[str, object]:
    """Return `error`, `causes`, `sqlstate` and `where` of an exception, never a word of its message."""
    chain = _chain(error)
    states = [state for one in chain if isinstance(state := getattr(one, "sqlstate", None), str)]
    return {
        "error": class_name(error),
        "causes": [class_name(one) for one in chain[1:]] or None,
        "sqlstate": states[0] if states else None,
        "where": [place(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)] or None,
    }


def class_name(error: BaseException) -> str:
    """Return `ValueError`, `asyncpg.exceptions.UniqueViolationError`."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def place(filename: str, line: int) -> str:
    """Return `services/chassis/work.py:80`: the path inside the project or the packages, not this machine's folders."""
    path = Path(filename)
    if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
        return f"{path.relative_to(_ROOT)}:{line}"
    tail = filename.rpartition("/site-packages/")[2] if "/site-packages/" in filename else path.name
    return f"{tail}:{line}"


def program_text(text: object, filename: str) -> str:
    """Return the text if it is a literal of that source file, else `WITHHELD`."""
    return text if isinstance(text, str) and text in _known(filename) else WITHHELD


def _known(filename: str) -> frozenset[str]:
    """The file's literals, parsed once; nothing while another is being parsed, so that one line goes without its text.

    A parse inside a parse, or beside one, makes the outer one raise SystemError (CPython 3.11, "recursion depth
    mismatch"). It happens: the garbage collector runs in between, a future is found that nobody awaited, and asyncio
    logs that.
    """
    found = _KNOWN.get(filename)
    if found is None:
        if not _parsing.acquire(blocking=False):
            return frozenset()
        try:
            found = _KNOWN[filename] = _literals(filename)
        finally:
            _parsing.release()
    return found


def _literals(filename: str) -> frozenset[str]:
    """Of an f-string only the fixed pieces are constants, so a filled-in one is not among them."""
    try:
        tree = ast.parse(Path(filename).read_bytes())
    except (OSError, ValueError, SyntaxError):
        return frozenset()
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return frozenset(text for text in texts if 2 < len(text) <= _LONGEST)


def _chain(error: BaseException) -> list[BaseException]:
    """Return the exception, its causes and the members of its groups, each once, at most 12."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(found) < 12:
        one = waiting.pop(0)
        if one is None or any(one is other for other in found):
            continue
        found.append(one)
        waiting += [one.__cause__, None if one.__suppress_context__ else one.__context__]
        waiting += one.exceptions if isinstance(one, BaseExceptionGroup) else []
        original = getattr(one, "orig", None)  # SQLAlchemy's wrapper
        waiting.append(original if isinstance(original, BaseException) else None)
    return found
