"""`python -m tests.house.access`: writes docs/access.md from the matrix the tests run; a test keeps it so."""

from pathlib import Path

from tests.house.tree import root
from tests.journeys.access_matrix import COLUMNS, MATRIX

PAGE = "docs/access.md"

_TOP = """# Who gets what

What each endpoint answers to whom, written by `python -m tests.house.access` from the cases that
`tests/journeys/test_access_matrix.py::test_the_matrix` asks a whole running Baton; a test fails when this page says
anything else, and another when a service has a route that does not stand here. `owner`: whose data it is. `other`: of
the same kind, with data of its own. `no scope`: of the same kind, with none. `other kind`: somebody the endpoint does
not serve. `nobody`: without a credential. 404 is the one answer to "not yours" and "does not exist" (S2).
"""


def page() -> str:
    """The whole page as it must be."""
    lines = [("endpoint", *COLUMNS, "note"), ("---",) * (len(COLUMNS) + 2)]
    for endpoint, asked in MATRIX.items():
        lines.append(
            (f"`{endpoint}`", *("" if status is None else str(status) for status in asked.statuses), asked.note)
        )
    return _TOP + "\n" + "".join("| " + " | ".join(line) + " |\n" for line in lines)


def main() -> None:
    """Write the page."""
    Path(root() / PAGE).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
