"""A person's session in a browser: two HttpOnly cookies (privacy.md, "Who gets in").

The opaque one goes to `/sign-in` only and says which session it is; the token of 60 s goes everywhere else. Under https
their names carry the prefixes that make a browser refuse them from anywhere else (RFC 6265bis, 4.1.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SESSION_PATH: Final = "/sign-in"


@dataclass(frozen=True, slots=True)
class Cookies:
    """How one origin's cookies are called and set. `secure`: the origin is https."""

    secure: bool

    @classmethod
    def of(cls, public_url: str) -> "Cookies":
        """Those of this public address."""
        return cls(public_url.startswith("https:"))

    def token(self, sent: Mapping[str, str]) -> str | None:
        """The token among the cookies of a request."""
        return sent.get(self._names()[0])

    def session(self, sent: Mapping[str, str]) -> str | None:
        """The opaque secret of the session; a browser sends it below `/sign-in` only."""
        return sent.get(self._names()[1])

    def set_token(self, value: str, seconds: int) -> str:
        """A Set-Cookie line; 0 seconds takes it away."""
        return self._line(self._names()[0], value, "/", seconds)

    def set_session(self, value: str, seconds: int) -> str:
        """A Set-Cookie line; 0 seconds takes it away."""
        return self._line(self._names()[1], value, SESSION_PATH, seconds)

    def gone(self) -> tuple[str, str]:
        """Both taken away."""
        return self.set_token("", 0), self.set_session("", 0)

    def _names(self) -> tuple[str, str]:
        return ("__Host-baton_token", "__Secure-baton_session") if self.secure else ("baton_token", "baton_session")

    def _line(self, name: str, value: str, path: str, seconds: int) -> str:
        # Lax: a link in a mail opens a page signed in; what changes something is asked from our own pages only.
        line = f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax"
        return line + ("; Secure" if self.secure else "")
