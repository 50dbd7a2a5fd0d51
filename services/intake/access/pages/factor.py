"""The second factor of a session: set up once, asked for before a contact is shown, fresh for 8 hours."""

from typing import Annotated, Any, Final
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.auth.cookies import Cookies
from services.chassis.auth.signing import SECONDS
from services.chassis.http.routes import Answer, Call, Route
from services.chassis.pages.shell import Pages
from services.intake.access.storage.factors import check, enrol, is_enrolled
from services.intake.access.storage.issuer import TokenMint
from services.intake.access.storage.sessions import Session, mark_factor, session_behind

_PATH: Final = "/sign-in/factor"
_WHOSE: Final = "the caller's own session"


class Code(BaseModel):
    """Six digits, as an app shows them."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    code: Annotated[str, Field(pattern=r"^[0-9 ]{6,10}$", repr=False)]


class FactorPages:
    """Public routes: the session's cookie is what is looked up; nobody signed in is sent to the sign-in page."""

    def __init__(self, pages: Pages, mint: TokenMint, cookies: Cookies) -> None:
        self._pages = pages
        self._mint = mint
        self._cookies = cookies

    @property
    def routes(self) -> tuple[Route, ...]:
        """What changes something comes from our own pages only."""
        return (
            self._route("GET", _PATH, self.ask, "Ask for the second factor", also=(303,)),
            self._route("POST", f"{_PATH}/new", self.make, "Set up a second factor", also=(303, 409)),
            self._route("POST", _PATH, self.take, "Give the second factor", form=Code, status=303),
        )

    def _route(self, method: str, path: str, run: Any, summary: str, **more: Any) -> Route:
        same = method == "POST"
        return Route(method, path, run, frozenset(), _WHOSE, summary, public=True, same_origin=same, page=True, **more)

    async def ask(self, call: Call[None]) -> Answer:
        """The field for a code, or the button to set one up."""
        session = await self._session(call)
        if session is None:
            return _SIGN_IN
        return self._page(200, session, enrolled=await is_enrolled(call.work, session.staff))

    async def make(self, call: Call[None]) -> Answer:
        """A new secret, shown once; a confirmed one stays as it is."""
        session = await self._session(call)
        if session is None:
            return _SIGN_IN
        address = await enrol(call.work, call.parts.keys, session.staff)
        if address is None:
            return self._page(409, session, enrolled=True)
        [secret] = parse_qs(urlsplit(address).query)["secret"]
        return self._page(200, session, enrolled=True, secret=secret, address=address)

    async def take(self, call: Call[Code]) -> Answer:
        """Mark the session, and a token that says so; a wrong code asks again."""
        session = await self._session(call)
        if session is None:
            return _SIGN_IN
        if not await check(call.work, call.parts.keys, session.staff, call.body.code.replace(" ", "")):
            return self._page(422, session, enrolled=True, wrong=True)
        await mark_factor(call.work, session.id)
        marked = await self._session(call)
        assert marked is not None
        token = self._cookies.set_token(self._mint.token(marked.identity), SECONDS)
        return Answer(303, headers={"location": "/sign-in"}, cookies=(token,))

    async def _session(self, call: Call[Any]) -> Session | None:
        session = await session_behind(call.work, call.parts.keys, call.session)
        if session is not None:
            call.work.actor = f"staff:{session.staff}"
        return session

    def _page(self, status: int, session: Session, **values: Any) -> Answer:
        told = {"wrong": False, "secret": None, "address": None} | values
        return Answer(status, page=self._pages.render("factor.html", session=session, **told))


_SIGN_IN: Final = Answer(303, headers={"location": "/sign-in"})
