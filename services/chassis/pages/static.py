"""`/static/`: styles and scripts of this release, in memory, under addresses that change with their content."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.chassis.http.app import ServiceApp
from services.chassis.http.door import Door
from services.chassis.http.problems import NotFound, Problem
from services.chassis.http.responses import problem_response

PREFIX: Final = "/static"
_FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_SHORT: Final = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is served; `mark` changes with its content."""

    content: bytes
    media_type: str
    mark: str


class StaticFiles:
    """Every file of the folder, read once when a process starts."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._files = {
            path.name: File(content := path.read_bytes(), _TYPES[path.suffix], sha256(content).hexdigest()[:12])
            for path in sorted(folder.iterdir())
            if path.suffix in _TYPES
        }

    def address(self, name: str) -> str:
        """The path of a file, with its mark; a browser keeps it as long as it likes.

        Raises:
            KeyError: there is no such file: a page that names it is wrong.
        """
        return f"{PREFIX}/{name}?v={self._files[name].mark}"

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer GET for one file."""
        await self._response(scope)(scope, _receive, send)

    def _response(self, scope: Scope) -> Response:
        headers = Headers(scope=scope)
        file = self._files.get(scope["path"].removeprefix(f"{PREFIX}/"))
        if file is None:
            return problem_response(NotFound(), headers)
        if scope["method"] != "GET":
            return problem_response(Problem(405, "method_not_allowed", headers={"allow": "GET, HEAD"}), headers)
        tag = f'"{file.mark}"'
        kept = _FOR_EVER if scope["query_string"] == f"v={file.mark}".encode() else _SHORT
        known = headers.get("if-none-match") == tag
        return Response(
            b"" if known else file.content,
            304 if known else 200,
            {"content-type": file.media_type, "cache-control": kept, "etag": tag},
        )


def static_app() -> ServiceApp:
    """The app under `/static`, for `all_apps`; nobody's data, no database."""
    nothing = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    return ServiceApp((PREFIX,), Door(StaticFiles(), "static"), nothing)
