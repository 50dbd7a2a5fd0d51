"""What `baton plan` and `baton apply` share: read the files, judge them, send them, tell what came of it."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from services.chassis.settings import Settings
    from services.intake.network.rules.changes import Plan
    from services.intake.network.rules.files import Files, Told

_PATH = "/intake/v1/network"
_FIELDS = 12
"""changed fields shown of one item, and items left alone"""


def read_files(files: Sequence[Path], studies: Sequence[Path] = (), *, as_recruiting: bool = False) -> "Files":
    """Network files laid over each other, and studies by record; `Files.faults` are those of writing.

    Raises:
        Fault: a file cannot be read.
    """
    from services.intake.network.rules.files import merge
    from services.intake.network.rules.yaml_text import YamlFile, read_yaml

    if not files and not studies:
        from services.cli.errors import Fault

        raise Fault("name a network file")
    read = [(str(file), read_yaml(_text(file))) for file in files]
    for study in studies:
        entry = {"record": str(study.absolute()), "as_recruiting": as_recruiting}
        read.append((str(study), YamlFile({"studies": [entry]}, {(): 1})))
    return merge(read, _record)


def faults_of(files: "Files", applied: dict[str, Any]) -> "list[Told]":
    """Everything wrong with the files, together with what was applied earlier (an answer of GET, or nothing)."""
    from services.intake.network.rules.document import read
    from services.intake.network.rules.references import network_faults

    found = read(files.document)
    stored = [one.item for one in read(applied.get("items", {})).placed]
    in_force = set(applied.get("in_force", ()))
    whole = network_faults(found.placed, stored, in_force, datetime.now(UTC), unread=found.unread)
    every = {*files.faults, *map(files.told, [*found.faults, *whole])}
    return sorted(every, key=lambda told: (told.file, told.line, told.field, told.says))


def send(
    files: Sequence[Path], studies: Sequence[Path], *, as_recruiting: bool, url: str | None, dry_run: bool
) -> "Plan":
    """Judge the files here, where lines are known; then let the server judge and apply them.

    Raises:
        Fault: something to mend, each with its line; or the server cannot be asked.
    """
    from services.cli.door import origin
    from services.cli.errors import Fault
    from services.cli.here import settings_here
    from services.intake.network.rules.changes import Plan

    read = read_files(files, studies, as_recruiting=as_recruiting)
    settings = settings_here()
    at = url or origin(settings)
    unreachable = None
    applied: dict[str, Any] = {}
    try:
        applied = _checked(settings, at, "GET", _PATH)
    except Fault as fault:
        unreachable = fault
    if faults := faults_of(read, applied):
        raise Fault("\n".join(map(str, faults)))
    if unreachable is not None:
        raise unreachable
    answer = _checked(settings, at, "PUT", f"{_PATH}?dry_run={str(dry_run).lower()}", read.document)
    return Plan.model_validate_json(json.dumps(answer))


def applied(url: str | None) -> dict[str, Any]:
    """Every item as it was last applied, by section.

    Raises:
        Fault: the server cannot be asked.
    """
    from services.cli.door import origin
    from services.cli.here import settings_here

    settings = settings_here()
    return _checked(settings, url or origin(settings), "GET", _PATH)


def tell(plan: "Plan", say: Callable[[str], None] = typer.echo) -> None:
    """The plan, one line an addition, and each changed field of a change."""
    for added in plan.additions:
        say(f"+ {added.key}{_when(added.later, added.effective_from)}")
    for change in plan.changes:
        say(f"~ {change.key}{_when(change.later, change.effective_from)}")
        for field in change.fields[:_FIELDS]:
            say(f"    {field.field}: {_shown(field.before)} -> {_shown(field.after)}")
        if len(change.fields) > _FIELDS:
            say(f"    and {len(change.fields) - _FIELDS} more fields")
    did = "" if plan.applied else "to be "
    if not plan.additions and not plan.changes:
        say(f"nothing to change: {plan.unchanged} items are as they were applied")
    else:
        counts = f"{len(plan.additions)} {did}added, {len(plan.changes)} {did}changed, {plan.unchanged} as they were"
        say(f"{counts}; the other services {'heard' if plan.applied else 'would hear'} of {len(plan.facts)} at once")
    if plan.left_alone:
        more = f" and {len(plan.left_alone) - _FIELDS} more" if len(plan.left_alone) > _FIELDS else ""
        say(f"left alone, not in these files: {', '.join(plan.left_alone[:_FIELDS])}{more}")


def _when(later: bool, effective_from: datetime) -> str:
    from services.intake.network.rules.fields import written_instant

    return f"  takes effect {written_instant(effective_from)}" if later else ""


def _shown(value: str | None) -> str:
    if value is None:
        return "(none)"
    return value if len(value) <= 60 else f"{value[:57]}..."


def _checked(settings: "Settings", at: str, method: str, path: str, document: object = None) -> dict[str, Any]:
    from services.cli.door import ask, problem_of
    from services.cli.errors import Fault

    response = ask(settings, at, method, path, document)
    body = problem_of(response)
    if response.status_code != 200:
        lines = [f"{at} refused it: {body.get('title', response.status_code)}"]
        lines += [f"{one.get('pointer', '')}: {one.get('detail', '')}" for one in body.get("errors", [])]
        raise Fault("\n".join(lines))
    return body


def _text(file: Path) -> str:
    from services.cli.errors import Fault

    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Fault(f"{file}: is not UTF-8") from None
    except OSError as error:
        raise Fault(f"{file}: cannot be read ({error.strerror})") from None


def _record(file: str, written: str) -> object:
    """The JSON of a record, found beside the file that names it."""
    from services.intake.network.rules.records import NotARecord

    try:
        return json.loads((Path(file).parent / written).read_text(encoding="utf-8"))
    except OSError as error:
        raise NotARecord(f"the record cannot be read ({error.strerror})") from None
    except ValueError:
        raise NotARecord("the record is not JSON") from None
