"""100 cases of every operation: no 5xx, no status, no content type and no body that the description does not have.

`make bench ARGS=described` tries 2,000 of each.
"""

import copy

import pytest
import schemathesis
from schemathesis.core.failures import FailureGroup

from tests.journeys.described.cases import can_vary, operations, try_out
from tests.journeys.described.stand import Stand
from tests.place import SERVICES

CASES = 100
DESCRIPTIONS = ("docs", "openapi.json")
LET_IN = {
    "POST /intake/oauth/token": 200,
    "GET /intake/v1/network": 200,
    "PUT /intake/v1/network": 200,
    "POST /intake/v1/referrals": 202,
    "POST /intake/v1/referrals/batch": 200,
    "GET /intake/v1/referrals": 200,
    "GET /intake/v1/referrals/{lead}": 200,
    "GET /intake/v1/routes": 200,
    "PUT /intake/v1/import-mappings/{mapping}": 200,
    "POST /intake/v1/imports": 422,  # a file of random text is none of rows; its own tests go further
    "GET /intake/v1/imports": 200,
    "GET /intake/v1/webhooks": 200,
    "POST /intake/v1/webhooks": 201,
    "GET /sign-in": 200,
    "GET /sign-in/link/{token}": 200,
    "GET /sign-in/refresh": 401,
    "POST /sign-in/out": 303,
    "GET /sign-in/factor": 303,
    "POST /sign-in/factor/new": 303,
    "POST /sign-in/factor": 303,
    **{f"GET {prefix}/{name}": 200 for prefix in ("/intake", "/desk", "/sla", "/reports") for name in DESCRIPTIONS},
    "GET /desk/v1/queue": 200,
    "GET /desk/v1/leads/{lead}": 200,
    "POST /desk/v1/leads/{lead}/attempts": 200,
    "POST /desk/v1/leads/{lead}/blockers": 200,
    "POST /desk/v1/leads/{lead}/close": 200,
    "GET /sla/v1/alerts": 200,
    "GET /reports/v1/studies/{study}/summary": 200,
}
"""Where the cases get all the way in: what is tried out there is the route and not its door."""


@pytest.mark.timeout(300)  # a minute in all where nobody else is at work
@pytest.mark.parametrize("service", SERVICES)
async def test_every_answer_is_one_that_is_described(stand: Stand, service: str) -> None:
    for owner, operation in operations(stand):
        if owner == service:
            seen = await try_out(stand, service, operation, CASES)
            assert sum(seen.values()) >= (CASES if can_vary(operation) else 1), operation.label
            assert LET_IN.get(operation.label, 404) in seen, (operation.label, seen)


async def test_a_status_that_is_not_described_is_found(stand: Stand) -> None:
    document = copy.deepcopy(stand.apps["routing"].api.openapi())
    del document["paths"]["/desk/v1/leads/{lead}"]["get"]["responses"]["404"]
    operation = schemathesis.openapi.from_dict(document)["/desk/v1/leads/{lead}"]["GET"]
    with pytest.raises(FailureGroup):
        await try_out(stand, "routing", operation, CASES)


async def test_every_described_operation_is_tried_out_and_none_is_undescribed(stand: Stand) -> None:
    declared = {(service, route.name) for service, built in stand.services.items() for route in built.routes}
    assert {(service, operation.label) for service, operation in operations(stand)} == declared
