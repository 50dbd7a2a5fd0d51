"""JSON lines on stdout: fields from the allow-list, texts from the source, exceptions by class and place.

`log = get_logger("relay")` anywhere, `open_logs(...)` once per process. Everything the standard library's logging is
given (uvicorn, FastStream, aiokafka, SQLAlchemy) takes the same way out. Start uvicorn with `log_config=None` and
brokers with `logger=logging.getLogger("faststream")`: by themselves both add handlers that print payloads.
"""

import logging
import sys
import threading
import time
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import TracebackType
from typing import Any, Final, TextIO, cast

import structlog
from structlog.contextvars import merge_contextvars

from services.chassis.telemetry import metrics
from services.chassis.telemetry.fields import allowed
from services.chassis.telemetry.scrub import WITHHELD, described, place, program_text
from services.chassis.telemetry.traces import current_trace

Logger = structlog.stdlib.BoundLogger
_NOISY: Final = ("aiokafka", "faststream", "sqlalchemy", "uvicorn.access", "httpx", "httpcore", "opentelemetry")
_render = structlog.processors.JSONRenderer()


@dataclass(frozen=True, slots=True)
class Line:
    """One finished line. It travels through `logging` as a record's message, so any handler prints just this."""

    text: str

    def __str__(self) -> str:
        return self.text


@cache
def get_logger(room: str) -> Logger:
    """Return the logger of a room. Cheap, and safe before `open_logs`: the line is finished before it is handed on.

    Call it with a literal text and allowed fields: `log.info("lease taken", shard=3)`. Fields that fit a whole task
    come from `structlog.contextvars.bound_contextvars(service=..., role=...)`.
    """
    return cast(
        Logger,
        structlog.wrap_logger(
            logging.getLogger(f"baton.{room}"),
            processors=[structlog.stdlib.filter_by_level, merge_contextvars, _finish],
            wrapper_class=structlog.stdlib.BoundLogger,
            cache_logger_on_first_use=True,
            room=room,
        ),
    )


class Logs:
    """The process's way out for log lines, until closed."""

    def __init__(self, stream: TextIO, level: str) -> None:
        root = logging.getLogger()
        self._before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook, sys.unraisablehook)
        self._out = _Out(stream)
        root.setLevel(level.upper())
        logging.captureWarnings(True)
        sys.excepthook = _uncaught
        threading.excepthook = _uncaught_in_thread
        sys.unraisablehook = _unraisable
        self.adopt()

    def adopt(self) -> None:
        """Take every handler but our own away. Call again after building brokers and servers."""
        logging.getLogger().handlers[:] = [self._out]
        for name in list(logging.root.manager.loggerDict):
            logger = logging.getLogger(name)
            logger.handlers.clear()
            logger.propagate = True
        for name in _NOISY:
            logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))

    def close(self) -> None:
        """Give the process's logging back as it was."""
        root = logging.getLogger()
        handlers, level, sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(False)


def open_logs(stream: TextIO | None = None, *, level: str = "info") -> Logs:
    """Send every log line of this process to `stream` (stdout), one JSON object each; `level` as in `Settings`."""
    return Logs(stream or sys.stdout, level)


class _Out(logging.StreamHandler[TextIO]):
    """Writes finished lines, finishes foreign ones. Never calls `record.getMessage()`: it would fill in the values."""

    def format(self, record: logging.LogRecord) -> str:
        return record.msg.text if isinstance(record.msg, Line) else _foreign(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say that a line failed; the library would print the record with its arguments to stderr."""
        try:
            self.stream.write('{"level": "error", "event": "a log line could not be written"}\n')
        except (OSError, ValueError):
            return  # nobody is listening any more


def _finish(
    logger: logging.Logger, method: str, values: MutableMapping[str, Any]
) -> tuple[tuple[Line], Mapping[str, Any]]:
    """Turn what a room said into its line: the last step of the structlog chain."""
    event = program_text(values.pop("event", None), _caller())
    level = "error" if method == "exception" else method
    return (Line(_line(level, event, dict(values))),), {"exc_info": False}


def _foreign(record: logging.LogRecord) -> str:
    """Reduce somebody else's record to logger, level, its fixed text and the place it was logged from."""
    values: dict[str, object] = {"logger": record.name, "where": [place(record.pathname, record.lineno)]}
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        values |= {name: value for name, value in described(error).items() if value is not None}
    return _line(record.levelname.lower(), program_text(record.msg, record.pathname), values)


def _line(level: str, event: str, values: dict[str, object]) -> str:
    error = _exception(values.pop("exc_info", None))
    if error is not None:
        values |= {name: value for name, value in described(error).items() if value is not None}
    kept, dropped = allowed({"trace": current_trace()} | values)
    dropped += event == WITHHELD
    moment = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if dropped:
        metrics.LOG_FIELDS_DROPPED.add(dropped)
        kept["dropped_fields"] = dropped
    return str(_render(None, level, {"time": moment, "level": level, "event": event, **kept}))


def _exception(told: object) -> BaseException | None:
    """Read `exc_info` in the forms logging knows: an exception, True, a triple."""
    if isinstance(told, BaseException):
        return told
    if isinstance(told, tuple) and len(told) == 3 and isinstance(told[1], BaseException):
        return told[1]
    return sys.exc_info()[1] if told is True else None


def _caller() -> str:
    """Return the file of the nearest frame below `_finish` that is not structlog's."""
    frame = sys._getframe(2)
    while frame.f_back and "/structlog/" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame.f_code.co_filename


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    get_logger("process").critical("an exception ended the process", exc_info=error)


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    get_logger("process").critical("an exception ended a thread", exc_info=told.exc_value)


def _unraisable(told: "sys.UnraisableHookArgs") -> None:
    get_logger("process").error("an exception could not be raised", exc_info=told.exc_value)
