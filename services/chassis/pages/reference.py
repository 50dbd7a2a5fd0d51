"""The API as its users read it: one page a service, made from the same declarations that serve it, and its OpenAPI.

What to do stands on the left, a request that can be run on the right, and every field below (pages.md).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from services.chassis.auth.identity import Kind
from services.chassis.http.bodies import FORM, JSON, LINES
from services.chassis.http.description import description
from services.chassis.http.problems import CODES
from services.chassis.http.routes import Answer, Call, Route
from services.chassis.pages.fields import Row, rows_of
from services.chassis.pages.shell import Pages

_TEMPLATES: Final = Path(__file__).parent / "templates"
_WHOSE: Final = "nobody's: what can be asked, and how"

_READERS: Final = {"partner": "Partners", "staff": "Sites", "sponsor": "Sponsors", "operator": "Operators"}
_ANYBODY: Final = "Anybody"


@dataclass(frozen=True, slots=True)
class Shown:
    """One route as the page shows it."""

    route: Route
    anchor: str
    sends: tuple[Row, ...]
    gets: tuple[Row, ...]
    example: str
    """a request for a shell, `$BATON` being the origin"""


def reference_routes(service: str, prefix: str, routes: Sequence[Route]) -> tuple[Route, Route]:
    """`<prefix>/docs` and `<prefix>/openapi.json`, for everybody: there is no secret in how to ask."""

    @cache
    def document() -> dict[str, Any]:
        return description(service, routes)

    @cache
    def page() -> str:  # when somebody first looks: a process starts without it
        return _page(service, prefix, routes, document())

    async def show(_call: Call[None]) -> Answer:
        return Answer(page=page())

    async def tell(_call: Call[None]) -> Answer:
        return Answer(body=document())

    nobody = frozenset[Kind]()
    return (
        Route("GET", f"{prefix}/docs", show, nobody, _WHOSE, "How to ask, for people", public=True, page=True),
        Route("GET", f"{prefix}/openapi.json", tell, nobody, _WHOSE, "How to ask, as OpenAPI", public=True),
    )


def _page(service: str, prefix: str, routes: Sequence[Route], document: dict[str, Any]) -> str:
    schemas = document["components"]["schemas"]
    groups: dict[str, list[Shown]] = {name: [] for name in (*_READERS.values(), _ANYBODY)}
    for route in routes:
        group = next((name for kind, name in _READERS.items() if kind in route.serves), _ANYBODY)
        groups[group].append(_shown(route, schemas, document))
    told = {name: shown for name, shown in groups.items() if shown}
    return Pages(_TEMPLATES).render("reference.html", service=service, prefix=prefix, groups=told, codes=CODES)


def _shown(route: Route, schemas: dict[str, Any], document: dict[str, Any]) -> Shown:
    taken = route.takes or route.form
    return Shown(
        route,
        document["paths"][route.path][route.method.lower()]["operationId"],
        tuple(rows_of(taken.__name__, schemas)) if taken else (),
        tuple(rows_of(route.answers.__name__, schemas)) if route.answers else (),
        _example(route),
    )


def _example(route: Route) -> str:
    query = "&".join(f"{name}=..." for name in route.asks)
    where = f'"$BATON{route.path}{"?" + query if query else ""}"'
    lines = [f"curl -X {route.method} {where}" if route.method != "GET" else f"curl {where}"]
    if not route.public:
        lines.append('  -H "Authorization: Bearer $KEY"')
    if route.idempotent:
        lines.append('  -H "Idempotency-Key: $(uuidgen)"')
    if route.if_match:
        lines.append("""  -H 'If-Match: "3"'""")
    lines += _body(route)
    return " \\\n".join(lines)


def _body(route: Route) -> list[str]:
    example = next(iter(route.examples.values()), None)
    if route.lines:
        return [f'  -H "Content-Type: {LINES}"', "  --data-binary @referrals.ndjson"]
    if route.file is not None:
        return [f'  -H "Content-Type: {route.file.media}"', "  --data-binary @people.csv"]
    if route.takes is None and route.form is None:
        return []
    if route.takes is None:
        return [f'  -H "Content-Type: {FORM}"', "  -d ..."]
    body = json.dumps(example, indent=2, ensure_ascii=False) if example else "{ ... }"
    return [f'  -H "Content-Type: {JSON}"', f"  -d '{body}'"]
