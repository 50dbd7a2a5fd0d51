"""Sign-in by link. Opening the link changes nothing: mail scanners open links; its button signs in, once."""

from pathlib import Path
from typing import Any, Final

from services.chassis.auth.cookies import Cookies
from services.chassis.auth.signing import SECONDS
from services.chassis.http.browser import REFRESH
from services.chassis.http.problems import Problem
from services.chassis.http.routes import Answer, Call, Route
from services.chassis.pages.shell import Pages
from services.intake.access.rules import SIGN_IN_LASTS, is_fresh, local_path
from services.intake.access.storage.issuer import TokenMint
from services.intake.access.storage.sessions import end_sessions, session_behind, use_link

FOLDER: Final = Path(__file__).parent / "templates"
HOME: Final = "/sign-in"
_LINK: Final = "/sign-in/link/{token}"
_WHOSE: Final = "the caller's own session"
_SESSION_SECONDS: Final = int(SIGN_IN_LASTS.total_seconds())


class SignInPages:
    """The session of one browser: begun by a link, renewed every minute, ended by a button or after 12 hours."""

    def __init__(self, pages: Pages, mint: TokenMint, cookies: Cookies) -> None:
        self._pages = pages
        self._mint = mint
        self._cookies = cookies

    @property
    def routes(self) -> tuple[Route, ...]:
        """Public: the session's cookie is what is looked up. What changes something comes from our own pages only."""
        return (
            self._route("GET", HOME, self.home, "Who is signed in here"),
            self._route("GET", _LINK, self.link, "Sign in by a link: the button"),
            self._route("POST", _LINK, self.use, "Sign in by a link", status=303),
            self._route(
                "GET",
                REFRESH,
                self.refresh,
                "A fresh token for this browser",
                status=204,
                also=(303, 401),
                asks={"next": "a path of this origin to go on to"},
            ),
            self._route("POST", "/sign-in/out", self.out, "Sign out of this browser", status=303),
        )

    def _route(self, method: str, path: str, run: Any, summary: str, **more: Any) -> Route:
        same = method == "POST"
        return Route(method, path, run, frozenset(), _WHOSE, summary, public=True, same_origin=same, page=True, **more)

    async def home(self, call: Call[None]) -> Answer:
        """Who is signed in, with a way out; or how to get in."""
        session = await session_behind(call.work, call.parts.keys, call.session)
        if session is None:
            return Answer(page=self._pages.render("signed_out.html", over=False))
        at = await call.work.value("select clock_timestamp()")
        fresh = is_fresh(session.identity.factor_at, at)
        return Answer(page=self._pages.render("signed_in.html", session=session, fresh=fresh))

    async def link(self, call: Call[None]) -> Answer:
        """The same page for every link, used or not: it says nothing about it."""
        return Answer(page=self._pages.render("link.html", action=f"/sign-in/link/{call.path['token']}"))

    async def use(self, call: Call[None]) -> Answer:
        """Both cookies, and on to where the session is shown; 404 for a link that is used, over or none."""
        used = await use_link(call.work, call.parts.keys, call.path["token"])
        if used is None:
            return Answer(404, page=self._pages.render("no_link.html"))
        _, secret = used
        session = await session_behind(call.work, call.parts.keys, secret)
        assert session is not None
        token = self._cookies.set_token(self._mint.token(session.identity), SECONDS)
        return Answer(
            303, headers={"location": HOME}, cookies=(self._cookies.set_session(secret, _SESSION_SECONDS), token)
        )

    async def refresh(self, call: Call[None]) -> Answer:
        """A fresh token, then on to `next`, a path of this origin; without `next` 204, for the page script."""
        wanted = call.query.get("next")
        path = None if wanted is None else local_path(wanted)
        if wanted is not None and path is None:
            raise Problem(400, "query_malformed", detail="next must be a path of this origin")
        session = await session_behind(call.work, call.parts.keys, call.session)
        if session is None:
            page = self._pages.render("signed_out.html", over=call.session is not None)
            return Answer(401, page=page, cookies=self._cookies.gone())
        token = self._cookies.set_token(self._mint.token(session.identity), SECONDS)
        if path is None:
            return Answer(204, cookies=(token,))
        return Answer(303, headers={"location": path}, cookies=(token,))

    async def out(self, call: Call[None]) -> Answer:
        """The session is over, its cookies are taken away. Again: the same."""
        session = await session_behind(call.work, call.parts.keys, call.session)
        if session is not None:
            call.work.actor = str(session.identity)
            await end_sessions(call.work, id=session.id, act="signed_out")
        return Answer(303, headers={"location": HOME}, cookies=self._cookies.gone())
