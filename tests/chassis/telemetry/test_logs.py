"""A canary put in every wrong place never comes out of the log."""

import asyncio
import gc
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError

from services.chassis.telemetry import metrics
from services.chassis.telemetry.logs import Logger, Logs, get_logger, open_logs
from tests.chassis.telemetry.canary import Canary

CANARY = Canary.hatch()


class Out:
    """The opened log and what came out of it."""

    def __init__(self, logs: Logs, stream: io.StringIO) -> None:
        self.logs, self.stream = logs, stream

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def only(self) -> dict[str, Any]:
        (line,) = self.lines
        assert CANARY.is_in(self.text) == []
        return line


@pytest.fixture
def out() -> Iterator[Out]:
    stream = io.StringIO()
    logs = open_logs(stream, level="debug")
    with metrics.fresh():
        yield Out(logs, stream)
    logs.close()


@pytest.fixture
def log() -> Logger:
    return get_logger("relay")


def test_a_line_says_when_what_and_the_allowed_fields(out: Out, log: Logger) -> None:
    with structlog.contextvars.bound_contextvars(service="sla", role="relay"):
        log.info("lease taken", shard=3)
    line = out.only()
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "event": "lease taken",
        "service": "sla",
        "room": "relay",
        "role": "relay",
        "shard": 3,
    }


@pytest.mark.parametrize("value", CANARY.values)
def test_a_field_that_is_not_listed_is_dropped_and_counted(out: Out, log: Logger, value: str) -> None:
    log.info("lead opened", phone=value, person={"name": value}, **{value: 1})
    assert out.only()["dropped_fields"] == 3
    assert metrics.LOG_FIELDS_DROPPED.value() == 3


@pytest.mark.parametrize("value", CANARY.values)
def test_a_text_with_a_value_in_it_is_withheld(out: Out, log: Logger, value: str) -> None:
    text = f"calling {value}"
    log.info(text)
    line = out.only()
    assert line["event"] == "text withheld"
    assert line["dropped_fields"] == 1


def test_positional_values_are_dropped(out: Out, log: Logger) -> None:
    log.warning("calling %s", CANARY.phone)
    assert out.only()["event"] == "calling %s"


class Person(BaseModel):
    phone: int


class Quoting(Exception):
    """What asyncpg's errors look like: the state is fine, message and detail carry the row."""

    sqlstate = "23505"

    def __init__(self, value: str) -> None:
        super().__init__(f"Key (phone)=({value}) already exists.")
        self.detail = str(self)


def raise_plain() -> None:
    raise ValueError(CANARY.phone)


def raise_chained() -> None:
    try:
        raise_plain()
    except ValueError as error:
        raise RuntimeError(CANARY.name) from error


def raise_database() -> None:
    raise IntegrityError(f"insert {CANARY.mail}", {"name": CANARY.name}, Quoting(CANARY.phone))


def raise_group() -> None:
    raise ExceptionGroup(CANARY.word, [ValueError(CANARY.phone), KeyError(CANARY.mail)])


def raise_validation() -> None:
    Person.model_validate({"phone": CANARY.name})


def raise_with_a_note() -> None:
    error = ValueError("x")
    error.add_note(CANARY.mail)
    raise error


@pytest.mark.parametrize(
    ("fail", "told"),
    [
        (raise_plain, {"error": "ValueError"}),
        (raise_chained, {"error": "RuntimeError", "causes": ["ValueError"]}),
        (raise_database, {"error": "sqlalchemy.exc.IntegrityError", "sqlstate": "23505"}),
        (raise_group, {"error": "ExceptionGroup", "causes": ["ValueError", "KeyError"]}),
        (raise_validation, {"error": "pydantic_core._pydantic_core.ValidationError"}),
        (raise_with_a_note, {"error": "ValueError"}),
    ],
)
@pytest.mark.parametrize("foreign", [False, True], ids=["our log", "the library's log"])
def test_an_exception_is_told_by_class_and_place(
    out: Out, log: Logger, fail: Callable[[], None], told: dict[str, Any], foreign: bool
) -> None:
    try:
        fail()
    except Exception:
        if foreign:
            logging.getLogger("aiokafka").exception("poll failed")
        else:
            log.exception("poll failed")
    line = out.only()
    assert {name: line.get(name) for name in told} == told
    assert line["event"] == "poll failed"
    assert any(place.startswith("tests/chassis/telemetry/test_logs.py:") for place in line["where"])
    assert "dropped_fields" not in line


@pytest.mark.parametrize("name", ["uvicorn.error", "faststream.access.kafka", "aiokafka.consumer", "sqlalchemy.pool"])
def test_a_library_shows_its_template_and_never_its_arguments(out: Out, name: str) -> None:
    logging.getLogger(name).error("message %s of %r failed", CANARY.phone, {"name": CANARY.name})
    line = out.only()
    assert (line["logger"], line["level"]) == (name, "error")
    assert line["event"] == "message %s of %r failed"


@pytest.mark.parametrize(
    "message", [f"payload {CANARY.name}", ValueError(CANARY.mail), f"{CANARY.phone} %s", {"phone": CANARY.phone}]
)
def test_a_librarys_finished_text_is_withheld(out: Out, message: object) -> None:
    out.logs.adopt()  # pytest's own handler, added for this phase of the test, would fill the values in
    logging.getLogger("faststream").error(message, CANARY.word)
    line = out.only()
    assert line["event"] == "text withheld"
    assert line["where"][0].startswith("tests/chassis/telemetry/test_logs.py:")


def test_arguments_that_do_not_fit_are_not_printed_either(out: Out, capfd: pytest.CaptureFixture[str]) -> None:
    out.logs.adopt()
    logging.getLogger("aiokafka").error("only %s", CANARY.phone, CANARY.mail)  # noqa: PLE1205 - that is the fault
    assert out.only()["event"] == "only %s"
    assert CANARY.is_in("".join(capfd.readouterr())) == []


def test_extras_and_thread_and_logger_names_do_not_come_through(out: Out) -> None:
    def work() -> None:
        logging.getLogger(f"aiokafka.{CANARY.mail}").error("failed", extra={"phone": CANARY.phone}, stack_info=True)

    thread = threading.Thread(target=work, name=CANARY.name)
    thread.start()
    thread.join()
    assert out.only()["event"] == "failed"


def test_a_library_that_brought_its_own_handler_loses_it(out: Out, capfd: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("faststream.access.kafka")
    logger.propagate = False
    logger.addHandler(logging.StreamHandler(sys.stdout))
    out.logs.adopt()
    text = f"received {CANARY.name}"
    logger.error(text)
    assert out.only()["event"] == "text withheld"
    assert CANARY.is_in("".join(capfd.readouterr())) == []


def test_libraries_are_quiet_below_a_warning(out: Out) -> None:
    logging.getLogger("sqlalchemy.engine.Engine").info("select %s", CANARY.name)
    logging.getLogger("uvicorn.access").info('%s - "%s %s"', "ip", "GET", f"/x?phone={CANARY.phone}")
    assert out.text == ""


def test_a_warning_is_reduced_too(out: Out) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"odd value {CANARY.phone}", stacklevel=1)
    assert out.only()["logger"] == "py.warnings"


def test_an_uncaught_exception_is_reduced_too(out: Out, capfd: pytest.CaptureFixture[str]) -> None:
    error = ValueError(CANARY.name)
    sys.excepthook(ValueError, error, None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    line = out.only()
    assert (line["level"], line["error"]) == ("critical", "ValueError")
    assert CANARY.is_in("".join(capfd.readouterr())) == []


def test_an_exception_in_a_thread_is_reduced_too(out: Out, capfd: pytest.CaptureFixture[str]) -> None:
    thread = threading.Thread(target=raise_plain)
    thread.start()
    thread.join()
    assert out.only()["event"] == "an exception ended a thread"
    assert CANARY.is_in("".join(capfd.readouterr())) == []


async def test_a_task_nobody_waited_for_is_reduced_too(out: Out) -> None:
    async def fail() -> None:
        raise_plain()

    task = asyncio.create_task(fail(), name=CANARY.mail)
    await asyncio.wait([task])
    del task
    gc.collect()
    (line,) = [line for line in out.lines if line["level"] == "error"]
    assert (line["logger"], line["error"]) == ("asyncio", "ValueError")
    assert CANARY.is_in(out.text) == []


def test_a_logger_used_before_the_log_is_open_leaks_nothing(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    try:
        raise_plain()
    except ValueError:
        get_logger("cli").exception(f"failed for {CANARY.mail}", phone=CANARY.phone)
    assert '"error": "ValueError"' in caplog.text
    assert CANARY.is_in(caplog.text + "".join(capfd.readouterr())) == []


def test_a_stream_that_is_gone_ends_nobody(log: Logger, capfd: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    logs = open_logs(stream)
    stream.close()
    log.error("lease lost", reason=CANARY.word)
    logs.close()
    assert CANARY.is_in("".join(capfd.readouterr())) == []


def test_closing_gives_logging_back() -> None:
    before = (logging.root.handlers[:], logging.root.level, sys.excepthook, threading.excepthook)
    open_logs(io.StringIO(), level="error").close()
    assert (logging.root.handlers[:], logging.root.level, sys.excepthook, threading.excepthook) == before
