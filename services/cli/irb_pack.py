"""`baton irb-pack`: everything a person or a partner reads about a study, for those who approve it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.intake.network.rules.pack import Pack, Way, Words

Url = Annotated[str | None, typer.Option(help="where Baton answers; default BATON_PUBLIC_URL, or what runs here")]


def irb_pack(study: Annotated[str, typer.Argument(help="id or code of a study")], url: Url = None) -> None:
    """Print, as Markdown, every approved text of a study with version, hash, approval, fields and recipients.

    Example: baton irb-pack alder > alder-pack.md
    """
    from services.cli.errors import Fault
    from services.cli.network import applied
    from services.intake.network.rules.document import read
    from services.intake.network.rules.pack import NoSuchStudy
    from services.intake.network.rules.pack import irb_pack as packed

    items = [placed.item for placed in read(applied(url)["items"]).placed]
    at = datetime.now(UTC)
    try:
        pack = packed(items, study, at)
    except NoSuchStudy as error:
        raise Fault(str(error)) from None
    for line in _lines(pack, at):
        typer.echo(line)


def _lines(pack: "Pack", at: datetime) -> Iterator[str]:
    study = pack.study
    yield f"# {study.name} ({study.code})\n"
    yield f"{study.description}\n"
    yield f"Sponsor: {pack.sponsor}. As applied {at:%Y-%m-%d %H:%M} UTC. SHA-256 of all texts: {pack.sha256}\n"
    yield "## Texts\n"
    for words in pack.words:
        yield from _text(words)
    yield "## Ways a referral may come\n"
    for way in pack.ways:
        yield from _way(way)


def _text(words: "Words") -> Iterator[str]:
    one = words.material
    yield f"### {one.id}, version {one.version}: {words.state}\n"
    if one.note:
        yield f"**{one.note}**\n"
    until = f" until {one.approved_until}" if one.approved_until else ""
    yield f"- {one.material_kind.value.replace('_', ' ')}, language {one.language}; used in {', '.join(one.places)}"
    yield f"- approved {one.approved_on}{until}, reference {one.approval_reference}; reviewed {one.reviewed_on}"
    yield f"- in effect from {one.effective_from:%Y-%m-%d}" + (
        f", to {one.retire_at:%Y-%m-%d}" if one.retire_at else ""
    )
    yield f"- SHA-256 {words.sha256}\n"
    for heading, text in words.paragraphs:
        yield f"> **{heading}.** {text.strip()}\n>"
    yield ""


def _way(way: "Way") -> Iterator[str]:
    from services.cli.privacy_sheet import table
    from services.intake.network.rules.purposes import PURPOSES

    route = way.route
    yield f"### {way.partner} to {way.site}, by {route.channel.value.replace('_', ' ')}: {route.state.value}\n"
    yield f"- route {route.id}, source tag {route.source_tag}, words {route.material}"
    yield f"- at most {route.weekly_max} people a week"
    yield f"- exceptions from what a partner may not do: {'; '.join(way.boundaries) or 'none'}\n"
    said = [(field, PURPOSES[field]) for field in way.fields]
    yield from table(
        ("field", "purpose", "who sees it", "kept"), [(f.value, one.why, one.seen_by, one.kept) for f, one in said]
    )
    yield ""
