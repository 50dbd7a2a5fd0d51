"""Closed lists that only a network file writes."""

from contracts.vocabulary import Word


class ReferralField(Word):
    """A field of a referral that an agreement, or one of its routes, may allow (R11); more is refused or cut out."""

    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    BIRTH_YEAR = "birth_year"
    BIRTH_DATE = "birth_date"
    PHONE = "phone"
    EMAIL = "email"
    POSTCODE = "postcode"
    LANGUAGE = "language"
    CONTACT_IS = "contact_is"
    STATED_INTEREST = "stated_interest"
    PREFERRED_TIMES = "preferred_times"
    PRESCREEN_STATUS = "prescreen_status"
    OTHER = "other"


class Forbidden(Word):
    """What a partner may not do unless an approval says so (R8-R11)."""

    IMPLY_ELIGIBILITY = "imply_eligibility"
    ENROL = "enrol"
    ANSWER_CONSENT_QUESTIONS = "answer_consent_questions"
    COLLECT_SENSITIVE_DATA = "collect_sensitive_data"
    OTHER = "other"


class MaterialKind(Word):
    """What approved words are for."""

    PARTNER_LANGUAGE = "partner_language"
    PAGE_TEXT = "page_text"
    CALL_SCRIPT = "call_script"
    VOICEMAIL_SCRIPT = "voicemail_script"
    OTHER = "other"


class Weekday(Word):
    """A day of the week; a week starts on Monday."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
    OTHER = "other"

    @property
    def number(self) -> int:
        """0 is Monday."""
        return list(Weekday).index(self)
