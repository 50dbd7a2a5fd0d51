"""`baton privacy-sheet`: every field with its purpose, owner, recipients and retention, for a privacy officer."""

from collections.abc import Iterator, Sequence

import typer


def privacy_sheet() -> None:
    """Print, as Markdown, what is kept of a person and every field one service says to another.

    Example: baton privacy-sheet > privacy.md
    """
    for line in _lines():
        typer.echo(line)


def _lines() -> Iterator[str]:
    from contracts.envelope import KNOWN
    from contracts.facts import LeadFact  # noqa: F401 - the modules of all facts, so that they are known
    from contracts.sheet import sheet
    from services.intake.network.rules.purposes import PURPOSES

    yield "# What Baton keeps, why, and who may see it\n"
    yield "## Of a person, as a referral may carry it\n"
    yield "Encrypted in intake's vault under a key per person, or a code in a fact; never both a name and a code."
    yield "An agreement allows fields study by study; what it does not allow is refused at the door.\n"
    yield from table(
        ("field", "purpose", "who sees it", "kept"),
        [(field.value, one.why, one.seen_by, one.kept) for field, one in PURPOSES.items()],
    )
    stream = ""
    rows: list[tuple[str, ...]] = []
    for row in sheet(KNOWN):
        if row.stream != stream:
            yield from _stream(stream, rows)
            stream, rows = row.stream, []
        rows.append((row.fact, row.field, row.why, row.owner, row.data, ", ".join(row.recipients), row.kept))
    yield from _stream(stream, rows)


def _stream(name: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield f"\n## Said on the stream `{name}`\n"
        yield from table(("fact", "field", "purpose", "owner", "class", "read by", "kept"), rows)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of a Markdown table."""
    yield f"| {' | '.join(columns)} |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
