"""Every page of the sign-in."""

from services.chassis.auth.cookies import Cookies
from services.chassis.http.routes import Route
from services.chassis.pages.shell import Pages
from services.intake.access.pages.factor import FactorPages
from services.intake.access.pages.sign_in import FOLDER, SignInPages
from services.intake.access.storage.issuer import TokenMint


def sign_in_routes(mint: TokenMint, public_url: str) -> tuple[Route, ...]:
    """Links, sessions and the second factor, with the cookies of this origin."""
    pages, cookies = Pages(FOLDER), Cookies.of(public_url)
    return (*SignInPages(pages, mint, cookies).routes, *FactorPages(pages, mint, cookies).routes)
