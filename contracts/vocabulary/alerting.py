"""Clocks, levels and how staff are told."""

from contracts.vocabulary.words import Word


class Clock(Word):
    """A clock of the SLA policy."""

    FIRST_RESPONSE = "first_response"
    OTHER = "other"


class Level(Word):
    """How far an episode of a clock has gone."""

    WARNING = "warning"
    BREACH = "breach"
    OTHER = "other"


class Answered(Word):
    """What ended a deadline or withdrew an alert."""

    ATTEMPT = "attempt"
    CLOSED = "closed"
    DUPLICATE = "duplicate"
    OWNER_CHANGED = "owner_changed"
    OTHER = "other"


class NotifyChannel(Word):
    """How a staff member is told."""

    MAIL = "mail"
    IN_APP = "in_app"
    OTHER = "other"


class SendFailure(Word):
    """Why an outside send did not go."""

    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NO_ADDRESS = "no_address"
    GAVE_UP = "gave_up"
    OTHER = "other"
