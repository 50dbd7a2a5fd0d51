"""How studies, sites, routes and staff stand."""

from contracts.vocabulary.words import Word


class Recruiting(Word):
    """Whether a study, or one of its sites, takes people; the site's word overrides the study's."""

    RECRUITING = "recruiting"
    PAUSED = "paused"
    CLOSED = "closed"
    OTHER = "other"


class RouteState(Word):
    """Life of a route (R16-R20)."""

    DRAFT = "draft"
    TESTING = "testing"
    LIVE = "live"
    PAUSED = "paused"
    RETIRED = "retired"
    OTHER = "other"


class StaffRole(Word):
    """What a staff member is at a site."""

    COORDINATOR = "coordinator"
    SITE_LEAD = "site_lead"
    STUDY_TEAM = "study_team"
    NETWORK_MANAGER = "network_manager"
    PRIVACY_OFFICER = "privacy_officer"
    OTHER = "other"
