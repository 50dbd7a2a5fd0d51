"""Reaching a person: permission, outreach and what it met."""

from contracts.vocabulary.words import Word


class Direction(Word):
    """Who called whom."""

    OUT = "out"
    IN = "in"
    OTHER = "other"


class ContactChannel(Word):
    """How a person may be, or was, contacted."""

    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    POST = "post"
    OTHER = "other"


class Permitted(Word):
    """One channel of a contact permission."""

    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    POST = "post"
    MAY_LEAVE_MESSAGE = "may_leave_message"
    OTHER = "other"


class ContactResult(Word):
    """What one outreach met."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    MESSAGE_LEFT = "message_left"
    CALL_BACK_ASKED = "call_back_asked"
    SPOKE_TO_OTHER = "spoke_to_other"
    WRONG_CONTACT = "wrong_contact"
    OUT_OF_SERVICE = "out_of_service"
    ASKED_TO_STOP = "asked_to_stop"
    OTHER = "other"


class Outcome(Word):
    """What an attempt led to."""

    REACHED = "reached"
    NO_RESPONSE = "no_response"
    PRESCREEN_STARTED = "prescreen_started"
    RECORDS_NEEDED = "records_needed"
    READY_FOR_REVIEW = "ready_for_review"
    SCHEDULED = "scheduled"
    CLOSED = "closed"
    WAITING_ON_BLOCKER = "waiting_on_blocker"
    OTHER = "other"


class StatedInterest(Word):
    """What the person said they want (R30)."""

    LEARN_MORE = "learn_more"
    CONSIDER_TAKING_PART = "consider_taking_part"
    ASKS_ABOUT_VISITS = "asks_about_visits"
    FOR_SOMEONE_ELSE = "for_someone_else"
    OTHER = "other"


class ContactIs(Word):
    """Who the contact details belong to."""

    SELF = "self"
    PARENT_GUARDIAN = "parent_guardian"
    CAREGIVER = "caregiver"
    REPRESENTATIVE = "representative"
    OTHER = "other"
