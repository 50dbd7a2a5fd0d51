"""The life of a lead: where it stands, what was reached, why it ended."""

from contracts.vocabulary.words import Word


class Stage(Word):
    """Whose desk."""

    INTAKE = "intake"
    PRESCREEN_REVIEW = "prescreen_review"
    RECORDS_REQUEST = "records_request"
    SCHEDULING = "scheduling"
    SCREENING = "screening"
    DONE = "done"
    OTHER = "other"


class Status(Word):
    """What is true."""

    NEW = "new"
    ATTEMPTING = "attempting"
    CONTACTED = "contacted"
    WAITING_ON_RECORDS = "waiting_on_records"
    READY_FOR_REVIEW = "ready_for_review"
    SCHEDULED = "scheduled"
    IN_SCREENING = "in_screening"
    NOT_ELIGIBLE = "not_eligible"
    CLOSED = "closed"
    OTHER = "other"


class Bucket(Word):
    """Who needs to act on an open lead, told apart at a glance (R28)."""

    WAITING_FOR_OWNER = "waiting_for_owner"
    STALLED = "stalled"
    NEEDS_FOLLOW_UP = "needs_follow_up"
    READY_FOR_SCHEDULING_REVIEW = "ready_for_scheduling_review"
    WAITING_ON_RECORDS = "waiting_on_records"
    WAITING_ON_SOMEONE_ELSE = "waiting_on_someone_else"
    SCHEDULED = "scheduled"
    PLANNED = "planned"
    OTHER = "other"


class Milestone(Word):
    """What was reached, and stays true until corrected; funnels count these."""

    ACCEPTED = "accepted"
    OWNED = "owned"
    FIRST_ATTEMPT = "first_attempt"
    REACHED = "reached"
    PRESCREEN_STARTED = "prescreen_started"
    STUDY_TEAM_REVIEWED = "study_team_reviewed"
    RECORDS_COMPLETE = "records_complete"
    VISIT_BOOKED = "visit_booked"
    VISIT_ATTENDED = "visit_attended"
    INFORMED_CONSENT_RECORDED = "informed_consent_recorded"
    ENROLMENT_RECORDED = "enrolment_recorded"
    OTHER = "other"


class NextAction(Word):
    """What is to be done next on a lead; coded, so that it may be counted and shown anywhere."""

    FIRST_CALL = "first_call"
    CALL_AGAIN = "call_again"
    CALL_BACK_AS_AGREED = "call_back_as_agreed"
    SEND_INFORMATION = "send_information"
    START_PRESCREEN = "start_prescreen"
    REQUEST_RECORDS = "request_records"
    CHASE_RECORDS = "chase_records"
    REVIEW = "review"
    BOOK_VISIT = "book_visit"
    PREPARE_VISIT = "prepare_visit"
    RESOLVE_BLOCKER = "resolve_blocker"
    HAND_OVER = "hand_over"
    CLOSE = "close"
    OTHER = "other"


class BlockerKind(Word):
    """What holds a lead up (R45)."""

    AWAITING_RECORDS = "awaiting_records"
    AWAITING_PERSON = "awaiting_person"
    AWAITING_CALLBACK = "awaiting_callback"
    AWAITING_STUDY_TEAM = "awaiting_study_team"
    AWAITING_SPONSOR = "awaiting_sponsor"
    AWAITING_PARTNER = "awaiting_partner"
    NO_SLOT = "no_slot"
    CAPACITY = "capacity"
    DUPLICATE_UNDER_REVIEW = "duplicate_under_review"
    LANGUAGE_OR_INTERPRETER = "language_or_interpreter"
    TRANSPORT = "transport"
    NEEDS_REPRESENTATIVE = "needs_representative"
    CONTACT_PERMISSION_MISSING = "contact_permission_missing"
    SYSTEM = "system"
    OTHER = "other"


class Resolver(Word):
    """Who resolves a blocker, or does a next action (R36)."""

    OWNER = "owner"
    PERSON = "person"
    STUDY_TEAM = "study_team"
    SPONSOR = "sponsor"
    PARTNER = "partner"
    SITE_LEAD = "site_lead"
    RECORDS_HOLDER = "records_holder"
    OPERATOR = "operator"
    OTHER = "other"


class PrescreenStatus(Word):
    """How far prescreening is; never answers."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    WITH_STUDY_TEAM = "with_study_team"
    REVIEWED = "reviewed"
    OTHER = "other"


class Priority(Word):
    """From study or route policy, never from partner or health."""

    ROUTINE = "routine"
    URGENT = "urgent"
    OTHER = "other"


class CloseReason(Word):
    """Why a lead was closed; the group of each stands in `CLOSE_GROUPS`."""

    NOT_INTERESTED = "not_interested"
    WITHDREW_INTEREST = "withdrew_interest"
    PERMISSION_REVOKED = "permission_revoked"
    CHOSE_OTHER_STUDY = "chose_other_study"
    TOO_FAR = "too_far"
    SCHEDULE = "schedule"
    TOO_BURDENSOME = "too_burdensome"
    ADVISED_AGAINST = "advised_against"
    WAITED_TOO_LONG = "waited_too_long"
    DECEASED = "deceased"
    OTHER = "other"
    UNREACHABLE = "unreachable"
    WRONG_CONTACT = "wrong_contact"
    DIAGNOSIS = "diagnosis"
    LABS = "labs"
    PRIOR_TREATMENT = "prior_treatment"
    MEDICATION = "medication"
    AGE_SEX_BMI = "age_sex_bmi"
    RECORDS_NOT_OBTAINABLE = "records_not_obtainable"
    OTHER_CRITERIA = "other_criteria"
    DUPLICATE = "duplicate"
    WRONG_STUDY = "wrong_study"
    SENT_IN_ERROR = "sent_in_error"
    SUSPECTED_FRAUD = "suspected_fraud"
    TEST = "test"
    NO_CAPACITY = "no_capacity"
    ENROLMENT_COMPLETE = "enrolment_complete"
    SITE_PAUSED = "site_paused"
    STUDY_CLOSED = "study_closed"
    OUTSIDE_CATCHMENT = "outside_catchment"
    TRANSFERRED_TO_OTHER_SITE = "transferred_to_other_site"
    ENROLLED = "enrolled"
    SCREEN_FAILURE = "screen_failure"
    WITHDREW_CONSENT = "withdrew_consent"
    LOST_TO_FOLLOW_UP = "lost_to_follow_up"
    ERASED = "erased"


class CloseGroup(Word):
    """What kind of reason; decides who may use it (lifecycle.md, "Transitions")."""

    PERSON = "person"
    CONTACT = "contact"
    CRITERIA = "criteria"
    HAND_OFF = "hand_off"
    SITE_OR_STUDY = "site_or_study"
    AFTER_CONSENT = "after_consent"
    ERASED = "erased"
    OTHER = "other"


_GROUP_STARTS = {
    CloseReason.NOT_INTERESTED: CloseGroup.PERSON,
    CloseReason.UNREACHABLE: CloseGroup.CONTACT,
    CloseReason.DIAGNOSIS: CloseGroup.CRITERIA,
    CloseReason.DUPLICATE: CloseGroup.HAND_OFF,
    CloseReason.NO_CAPACITY: CloseGroup.SITE_OR_STUDY,
    CloseReason.ENROLLED: CloseGroup.AFTER_CONSENT,
    CloseReason.ERASED: CloseGroup.ERASED,
}


def close_group(reason: CloseReason) -> CloseGroup:
    """The group a reason stands in; the list above is in group order, and `other` is the person's."""
    group = CloseGroup.PERSON
    for listed in CloseReason:
        group = _GROUP_STARTS.get(listed, group)
        if listed is reason:
            return group
    return CloseGroup.OTHER
