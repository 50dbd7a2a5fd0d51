"""Who has a lead, why, and why nobody has it yet."""

from contracts.vocabulary.words import Word


class DuplicateCheck(Word):
    """What comparing a lead's tokens gave."""

    CLEAR = "clear"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    SUSPECTED = "suspected"
    OTHER = "other"


class WaitingReason(Word):
    """Why a lead has no owner yet: the named exceptions of R26."""

    NO_CAPACITY = "no_capacity"
    NO_BACKUP = "no_backup"
    NETWORK_NOT_KNOWN = "network_not_known"
    SITE_NOT_OPEN = "site_not_open"
    OTHER = "other"


class AssignReason(Word):
    """Why this owner: the coded explanation of an assignment."""

    LEAST_LOADED = "least_loaded"
    ROUTE_OWNER = "route_owner"
    SLOT_FREED = "slot_freed"
    PRIMARYS_OWNER = "primarys_owner"
    NETWORK_ARRIVED = "network_arrived"
    OTHER = "other"
