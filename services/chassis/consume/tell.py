"""What reading says about itself: counts per outcome, and a page where somebody has to look. Keys, never values."""

from collections.abc import Sequence
from typing import Final

from services.chassis.consume.decode import Item, Unread
from services.chassis.consume.plan import Plan
from services.chassis.consume.rules import Start
from services.chassis.telemetry import metrics
from services.chassis.telemetry.logs import get_logger

log: Final = get_logger("consume")


def outcome(service: str, stream: str, plan: Plan) -> None:
    """Count what became of the facts of one committed work, and page for swapped versions and parked keys."""
    gaps = sum(item.wrong is None for item in plan.park)
    counts = {"due": len(plan.due) + plan.ignored, "repeat": plan.repeats + len(plan.swapped), "gap": gaps}
    for name, count in {**counts, "parked": len(plan.park) - gaps}.items():
        if count:
            metrics.READER_FACTS.add(count, service=service, stream=stream, outcome=name)
    for item in plan.swapped:
        log.critical("one version has two events", service=service, stream=stream, key=item.key, version=item.version)
    for item in plan.poison:
        log.critical(
            "key parked for an error that time does not mend",
            service=service,
            stream=stream,
            key=item.key,
            version=item.version,
            type=item.head.type,
            reason=str(item.wrong),
            error=item.error,
        )
    if plan.healed:
        log.info("parked keys go on", service=service, stream=stream, count=len(plan.healed))


def unreadable(service: str, stream: str, records: Sequence[Unread]) -> None:
    """Page for records whose headers say nothing."""
    metrics.READER_FACTS.add(len(records), service=service, stream=stream, outcome="unreadable")
    for one in records:
        log.critical(
            "a record cannot be read",
            service=service,
            topic=one.spot.topic,
            partition=one.spot.partition,
            offset=one.spot.offset,
            error=one.error,
            sha256=one.sha256,
        )


def hook_failed(service: str, stream: str, item: Item, error: Exception) -> None:
    """A room's `on_stop` or `on_parked` failed for good: its key is parked without it, and somebody must look."""
    log.critical(
        "a room could not take away what a parked fact stops",
        service=service,
        stream=stream,
        key=item.key,
        version=item.version,
        exc_info=error,
    )


def start(service: str, topic: str, partition: int, start: Start) -> None:
    """Page where reading cannot start at the stored position."""
    if start.pages:
        log.critical(
            "reading starts elsewhere than it stopped",
            service=service,
            topic=topic,
            partition=partition,
            offset=start.offset,
            reason=str(start.why),
        )


def paused(service: str, stream: str, is_paused: bool) -> None:
    """Say that a reader waits for `baton parked resume`, or goes on."""
    metrics.READER_PAUSED.set(int(is_paused), service=service, stream=stream)
    if is_paused:
        log.critical("reader paused: too many keys were parked", service=service, stream=stream)
    else:
        log.info("reader goes on", service=service, stream=stream)


def waits(service: str, stream: str, error: Exception, attempt: int) -> None:
    """A transient error holds the poll; said at once and then ever more rarely."""
    if attempt & (attempt - 1) == 0:
        log.warning("reader waits", service=service, stream=stream, attempt=attempt, exc_info=error)


def standing(service: str, stream: str, *, left: int, parked: int) -> None:
    """How many records are unread, how many keys parked."""
    metrics.READER_LAG.set(left, service=service, stream=stream)
    metrics.PARKED_KEYS.set(parked, service=service, stream=stream)


def open_gap(service: str, stream: str, key: str, version: int) -> None:
    """Page: `version` of this key is here, an earlier one has been missing for more than 60 s."""
    log.critical("a gap stays open", service=service, stream=stream, key=key, version=version)


def stuck(service: str, stream: str, count: int) -> None:
    """There are unread records, Kafka answers, and nothing comes: the consumer is made anew."""
    log.error("reader is stuck and connects anew", service=service, stream=stream, count=count)


def commit_failed(service: str, stream: str, error: Exception) -> None:
    """Kafka was not told where we are; it will be next time."""
    log.debug("offsets were not committed to Kafka", service=service, stream=stream, exc_info=error)


def abandoned() -> None:
    """A broker did not stop in time and is left behind."""
    log.warning("a Kafka client did not stop in time")


def bad_watermark(service: str, error: Exception) -> None:
    """A record on the watermarks topic that is none."""
    log.error("a watermark cannot be read", service=service, exc_info=error)


def escaped(topic: str, error: Exception) -> None:
    """A fault of ours in taking a poll: nothing was applied, the partition is sought again."""
    log.critical("a poll could not be taken", topic=topic, exc_info=error)
