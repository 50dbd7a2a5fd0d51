"""What comes in at the door, and why it may be refused."""

from contracts.vocabulary.words import Word


class Channel(Word):
    """The way a referral came (R12)."""

    SELF_REFERRAL = "self_referral"
    PARTNER_API = "partner_api"
    CLINIC_FORM = "clinic_form"
    PHONE_HANDOFF = "phone_handoff"
    COORDINATOR_ENTRY = "coordinator_entry"
    FILE_IMPORT = "file_import"
    FHIR = "fhir"
    OTHER = "other"


class Basis(Word):
    """Why a partner may pass a person on (disclosure basis)."""

    SELF_REFERRED = "self_referred"
    AGREEMENT_DOCUMENTED = "agreement_documented"
    AUTHORISATION = "authorisation"
    PARTIAL_WAIVER = "partial_waiver"
    OTHER = "other"


class Refusal(Word):
    """Why intake did not take a referral."""

    ROUTE_UNKNOWN = "route_unknown"
    ROUTE_NOT_LIVE = "route_not_live"
    ROUTE_FULL = "route_full"
    STUDY_NOT_RECRUITING = "study_not_recruiting"
    MATERIAL_MISSING = "material_missing"
    MATERIAL_OUTDATED = "material_outdated"
    MATERIAL_WITHDRAWN = "material_withdrawn"
    PERMISSION_MISSING = "permission_missing"
    BASIS_MISSING = "basis_missing"
    FIELD_MISSING = "field_missing"
    FIELD_INVALID = "field_invalid"
    FIELD_NOT_ALLOWED = "field_not_allowed"
    TOO_LARGE = "too_large"
    RATE_LIMITED = "rate_limited"
    OTHER = "other"


class SourceQuality(Word):
    """What a source could do better (R34, R55); intake says what the door sees."""

    WRONG_CONTACT = "wrong_contact"
    INCOMPLETE = "incomplete"
    WRONG_STUDY = "wrong_study"
    OUTDATED_MATERIAL = "outdated_material"
    OVER_SHARING = "over_sharing"
    UNATTRIBUTED = "unattributed"
    EXPECTATION_GAP = "expectation_gap"
    OTHER = "other"


class TokenKind(Word):
    """What a match token was made of; the value itself is a keyed HMAC."""

    PHONE = "phone"
    EMAIL = "email"
    NAME_BIRTH = "name_birth"
    """both names and the whole birth date as they are; said until the likeness of details was"""
    NAMES = "names"
    """the sound of one name with the beginning of the other"""
    NAME_PLACE = "name_place"
    INITIAL_BIRTH = "initial_birth"
    BIRTH_PLACE = "birth_place"
    OTHER = "other"


class Likeness(Word):
    """How one detail of two people compares, seen through keyed marks alone."""

    EQUAL = "equal"
    NEAR = "near"
    """one edit apart: a letter more, less, another, or two swapped; day and month exchanged"""
    ALIKE = "alike"
    """the same sound of a name, or the same birth year where a whole date is not given by both"""
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    """not given by both"""
    OTHER = "other"
