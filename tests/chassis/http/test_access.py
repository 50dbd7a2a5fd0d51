"""Who gets in: endpoint x {owner, other, no scope, nobody}, credentials good and bad, default deny (S2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.chassis.auth.identity import Identity, Kind
from services.chassis.auth.keys import hash_key, mint_key
from services.chassis.auth.signing import Issuer
from services.chassis.database import Database
from services.chassis.http.app import ServiceApp, UndeclaredRoute, service_app, undeclared_routes
from services.chassis.http.routes import Answer, Call, Route
from services.chassis.service import Parts
from tests.chassis.http.conftest import Asking
from tests.chassis.http.harbour import NOBODY, PARTNER, ROUTES, Announced, Boat, Visit, a_boat, a_service

OWNER, OTHER = "partner:openhand", "partner:kindred"
ON_DUTY, ON_OTHER_DUTY, WITHOUT_SCOPE = "staff:ines", "staff:otto", "staff:newcomer"
NO_ONE, OPERATOR, SPONSOR = None, "operator:root", "sponsor:alder"

MATRIX: dict[tuple[str, str], dict[str | None, int]] = {
    ("POST", "/harbour/v1/boats"): {
        OWNER: 202, OTHER: 202, ON_DUTY: 403, WITHOUT_SCOPE: 403, OPERATOR: 403, SPONSOR: 403, NO_ONE: 401,
    },
    ("GET", "/harbour/v1/boats/{boat}"): {
        OWNER: 200, OTHER: 404, ON_DUTY: 200, ON_OTHER_DUTY: 404, WITHOUT_SCOPE: 404, OPERATOR: 403, NO_ONE: 401,
    },
    ("PUT", "/harbour/v1/boats/{boat}"): {
        OWNER: 403, ON_DUTY: 204, ON_OTHER_DUTY: 404, WITHOUT_SCOPE: 404, OPERATOR: 403, NO_ONE: 401,
    },
    ("GET", "/harbour/v1/whoami"): {OWNER: 403, ON_DUTY: 403, OPERATOR: 200, SPONSOR: 200, NO_ONE: 401},
    ("POST", "/harbour/visit"): {OWNER: 303, NO_ONE: 303},
    ("GET", "/harbour/visit"): {OWNER: 200, NO_ONE: 200},
}  # fmt: skip
CASES = [(*endpoint, who, status) for endpoint, row in MATRIX.items() for who, status in row.items()]


async def a_boat_of_openhand(asking: Asking) -> str:
    response = await asking(OWNER).post("/harbour/v1/boats", json=a_boat(), headers={"idempotency-key": "mine"})
    return str(response.json()["boat"])


async def knock(client: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    sent: dict[str, Any] = {}
    if path == "/harbour/visit":
        sent["data"] = {"crew": "3"}
    elif method == "POST":
        sent["json"] = a_boat()
    elif method == "PUT":
        sent["json"] = {"name": "Renamed"}
    headers = {"idempotency-key": "k", "if-match": '"1"'}
    return await client.request(method, path, headers=headers, **(sent if method != "GET" else {}))


@pytest.mark.parametrize(("method", "path", "who", "status"), CASES)
async def test_the_matrix(asking: Asking, method: str, path: str, who: str | None, status: int) -> None:
    boat = await a_boat_of_openhand(asking)
    response = await knock(asking(who), method, path.format(boat=boat))
    assert response.status_code == status


def test_the_matrix_knows_every_route() -> None:
    assert set(MATRIX) == {(route.method, route.path) for route in ROUTES}


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_not_yours_and_not_there_cannot_be_told_apart(asking: Asking, method: str) -> None:
    boats = [await a_boat_of_openhand(asking), "01900000-0000-7000-8000-000000000000", "no-id", "%00"]
    answers = [await knock(asking(ON_OTHER_DUTY), method, f"/harbour/v1/boats/{boat}") for boat in boats]
    assert {(answer.status_code, answer.content, str(answer.headers.multi_items())) for answer in answers} == {
        (404, answers[0].content, str(answers[0].headers.multi_items()))
    }


@pytest.mark.parametrize("who", [OPERATOR, SPONSOR])
async def test_the_work_carries_identity_and_scope(asking: Asking, who: str) -> None:
    told = (await asking(who).get("/harbour/v1/whoami")).json()
    assert told == {"caller": who, "actor": who, "scope": ""}


async def test_credentials_that_are_none_get_401_and_a_challenge(asking: Asking, issuer: Issuer) -> None:
    before = datetime.now(UTC) - timedelta(seconds=61)
    good = issuer.token(Identity("partner", "openhand"), datetime.now(UTC))
    body, signature = good.rsplit(".", 1)
    forged = f"{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    texts = [issuer.token(Identity("partner", "openhand"), before), forged, mint_key("partner", "openhand")]
    said = []
    for text in [*texts, "x", f"{good} {good}"]:
        headers = {"authorization": f"Bearer {text}", "idempotency-key": "k"}
        response = await asking(None).post("/harbour/v1/boats", json=a_boat(), headers=headers)
        said.append((response.status_code, response.content, response.headers["www-authenticate"]))
    assert len(set(said)) == 1
    assert said[0][0] == 401


async def store_key(harbour: Database, parts: Parts, kind: Kind, slug: str, *, revoked: bool = False) -> str:
    key = mint_key(kind, slug)
    digest = hash_key(parts.keys, key).digest
    async with harbour.work("system:test") as work:
        await work.run("insert into api_key values ($1, $2, $3, $4)", digest, kind, slug, revoked)
    return key


KEYS: list[tuple[Kind, bool, bool, int, str]] = [
    ("partner", False, False, 202, ""),
    ("partner", True, False, 401, "not_signed_in"),
    ("partner", False, True, 422, "field_invalid"),
    ("partner", True, True, 401, "not_signed_in"),
    ("sponsor", False, False, 403, "kind_not_served"),
    ("sponsor", False, True, 403, "kind_not_served"),
]


@pytest.mark.parametrize(("kind", "revoked", "malformed", "status", "code"), KEYS)
async def test_a_key_is_proven_before_anything_is_said_about_the_body(
    asking: Asking, harbour: Database, parts: Parts, kind: Kind, revoked: bool, malformed: bool, status: int, code: str
) -> None:
    key = await store_key(harbour, parts, kind, "openhand", revoked=revoked)
    headers = {"authorization": f"Bearer {key}", "idempotency-key": "k"}
    body = a_boat(length_m=0) if malformed else a_boat()
    response = await asking(None).post("/harbour/v1/boats", json=body, headers=headers)
    assert (response.status_code, response.json().get("code", "")) == (status, code)


async def test_a_key_is_no_credential_where_keys_are_not_issued(harbour: Database, parts: Parts) -> None:
    key = await store_key(harbour, parts, "partner", "openhand")
    transport = httpx.ASGITransport(service_app(a_service(), parts).asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://harbour") as client:
        headers = {"authorization": f"Bearer {key}", "idempotency-key": "k"}
        response = await client.post("/harbour/v1/boats", json=a_boat(), headers=headers)
    assert response.status_code == 401


async def nothing(_call: Call[Any]) -> Answer:
    return Answer()


def declared(**changes: Any) -> Route:
    whole: dict[str, Any] = {
        "method": "POST", "path": "/harbour/v1/x", "run": nothing, "serves": PARTNER, "whose": "x", "summary": "X",
    }  # fmt: skip
    return Route(**whole | changes)


UNDECLARED = {
    "serves nobody": declared(serves=NOBODY),
    "is public and serves a kind": declared(public=True),
    "does not say whose data": declared(whose=" "),
    "has no summary": declared(summary=""),
    "lies outside its service": declared(path="/harbours/v1/x"),
    "has an odd method": declared(method="post"),
    "takes two bodies": declared(takes=Boat, form=Visit),
    "reads with a body": declared(method="GET", takes=Boat),
    "reads with a key": declared(method="GET", idempotent=True),
    "sees everything for somebody": declared(sees="*"),
    "takes unknown fields": declared(takes=Announced),
}


@pytest.mark.parametrize("route", UNDECLARED.values(), ids=UNDECLARED.keys())
def test_a_route_is_refused_that(parts: Parts, route: Route) -> None:
    with pytest.raises(UndeclaredRoute):
        service_app(a_service(routes=(route,)), parts)


def test_a_whole_declaration_is_taken(parts: Parts) -> None:
    service_app(a_service(routes=(declared(),)), parts)


def test_walking_the_router_finds_what_was_not_declared(app: ServiceApp) -> None:
    assert undeclared_routes(app.api) == []
    app.api.add_api_route("/harbour/debug", nothing, response_model=None)
    app.api.add_route("/harbour/raw", lambda _: None)  # type: ignore[arg-type, return-value]
    assert undeclared_routes(app.api) == ["/harbour/debug", "/harbour/raw"]
