"""Pages: server-rendered, escaped, in one shell (pages.md). A service brings templates that extend `shell.html`.

A template gets no objects that could reach a database; what it does not know is an error, not an empty string.
"""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.chassis.pages import words
from services.chassis.pages.static import StaticFiles

_TEMPLATES: Final = Path(__file__).parent / "templates"


class Pages:
    """The pages of one service, its templates in `folder`."""

    def __init__(self, folder: Path) -> None:
        files = StaticFiles()
        self._environment = Environment(
            loader=FileSystemLoader([folder, _TEMPLATES]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["static"] = files.address
        self._environment.filters.update(moment=words.moment, span=words.span, due=words.due, ago=words.ago)

    def render(self, template: str, **values: object) -> str:
        """One page. Values are escaped; times go through the filters `moment(zone)`, `due(now=)`, `ago(now=)`."""
        return self._environment.get_template(template).render(values)
