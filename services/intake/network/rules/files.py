"""Network files to one document, each item still knowing its file and line.

Several files are laid over each other: an item of a later file replaces the item of the same section and id (and
version, for a material) as a whole; nothing is merged inside an item. That is how a rehearsal runs the same network on
shorter policies. `effective_from` and `reviewed_on` at the top of a file stand for its items that do not say their own.
A study may be one line, `record: <file>`: it and its sites come from a ClinicalTrials.gov record, before any other
entry, so the file may say one of those sites otherwise.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.intake.network.rules.faults import Fault, Path, dotted
from services.intake.network.rules.items import OF_SECTION
from services.intake.network.rules.records import FromRecord, NotARecord, study_from_record
from services.intake.network.rules.yaml_text import YamlFile

_DATES: Final = ("effective_from", "reviewed_on")
_DATES_OF_FILE: Final = tuple((name,) for name in _DATES)
_OF_A_RECORD: Final = ("policy", "priority", "calendar", "as_recruiting")

IN_FORCE: Final = "in force, not in these files"
"""stands for the file of an item that was applied earlier"""

Load = Callable[[str, str], object]
"""The JSON value of a record, by the file that names it and its path as written there; `NotARecord` when it cannot be
read."""


@dataclass(frozen=True, slots=True)
class Told:
    """A fault as a person mends it."""

    file: str
    line: int
    field: str
    says: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.field}: {self.says}" if self.field else f"{place}: {self.says}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as written, and how to find its lines."""

    section: str
    raw: Any
    file: str
    path: Path
    """in its own file"""
    lines: Mapping[Path, int]

    @property
    def identity(self) -> tuple[Any, ...] | None:
        """What it shares with the entry it replaces."""
        if not isinstance(self.raw, Mapping) or not isinstance(self.raw.get("id"), str):
            return None
        return (self.section, self.raw["id"], str(self.raw.get("version")) if self.section == "materials" else "")

    def told(self, where: Path, says: str) -> Told:
        """A fault at a field of this entry: the line of the deepest part of `where` that is written."""
        if where[:1] in _DATES_OF_FILE and (*self.path, *where) not in self.lines and where in self.lines:
            return told_in(self.file, self.lines, where, says)  # the file's own date, once for all its items
        return told_in(self.file, self.lines, (*self.path, *where), says)


@dataclass(frozen=True, slots=True)
class Files:
    """All files as one document."""

    entries: Mapping[str, Sequence[Entry]]
    faults: Sequence[Told]

    @property
    def document(self) -> dict[str, Any]:
        """What `read` and the HTTP door take."""
        return {section: [entry.raw for entry in entries] for section, entries in self.entries.items()}

    def told(self, fault: Fault) -> Told:
        """The file, line and field of a fault in `document`."""
        match fault.path:
            case (str(section), int(number), *rest) if section in self.entries:
                return self.entries[section][number].told(tuple(rest), fault.says)
            case ("in force", str(key), *rest):
                return Told(IN_FORCE, 0, dotted((key, *rest)), fault.says)
        return Told("the document", 0, dotted(fault.path), fault.says)


def told_in(file: str, lines: Mapping[Path, int], path: Path, says: str) -> Told:
    """The line of the deepest part of `path` that is written in the file."""
    depths = range(len(path), -1, -1)
    line = next((lines[path[:depth]] for depth in depths if path[:depth] in lines), 1)
    shown = tuple(step for step in path if step != "again")
    return Told(file, line, dotted(shown), says)


def merge(files: Sequence[tuple[str, YamlFile]], load: Load) -> Files:
    """The files laid over each other, the last on top; faults of writing, before any item is read."""
    kept: dict[str, dict[Any, Entry]] = {section: {} for section in OF_SECTION}
    faults: list[Told] = []
    for name, file in files:
        faults.extend(told_in(name, file.lines, fault.path, fault.says) for fault in file.faults)
        entries = list(_entries(name, file, faults))
        records = [entry for entry in entries if _is_record(entry)]
        for record in records:
            for entry in _expanded(record, load, faults):
                kept[entry.section][entry.identity] = entry
        seen: dict[Any, Entry] = {}
        for entry in entries:
            if _is_record(entry):
                continue
            key = entry.identity or object()
            if key in seen:
                line = seen[key].told((), "").line
                faults.append(entry.told(("id",), f"stands twice in this section, first on line {line}"))
                continue
            seen[key] = kept[entry.section][key] = entry
    return Files({section: list(entries.values()) for section, entries in kept.items()}, faults)


def _entries(name: str, file: YamlFile, faults: list[Told]) -> Iterable[Entry]:
    """Every entry of every known section, with the file's own dates where it has none."""
    if not isinstance(file.value, Mapping):
        if not file.faults:
            faults.append(Told(name, 1, "", f"must be a mapping of sections: {', '.join(OF_SECTION)}"))
        return
    dates = {field: file.value[field] for field in _DATES if field in file.value}
    for section, listed in file.value.items():
        if section in _DATES or listed is None:
            continue
        if section not in OF_SECTION:
            says = f"is not a section; there are {', '.join(OF_SECTION)}"
            faults.append(told_in(name, file.lines, (section,), says))
        elif not isinstance(listed, list):
            faults.append(told_in(name, file.lines, (section,), "must be a list of items"))
        else:
            for number, raw in enumerate(listed):
                whole = {**dates, **raw} if isinstance(raw, Mapping) else raw
                yield Entry(section, whole, name, (section, number), file.lines)


def _is_record(entry: Entry) -> bool:
    return entry.section == "studies" and isinstance(entry.raw, Mapping) and "record" in entry.raw


def _expanded(entry: Entry, load: Load, faults: list[Told]) -> Iterable[Entry]:
    """The study, the sites and the sponsor of one `record:` line."""
    given = dict(entry.raw)
    unknown = [name for name in given if name not in ("record", *_DATES, *_OF_A_RECORD)]
    faults.extend(entry.told((name,), "is not a field of a study by record") for name in unknown)
    wrong = [name for name in ("record", *_DATES, "policy", "priority", "calendar") if not _text(given, name)]
    faults.extend(entry.told((name,), "is required" if name not in given else "must be text") for name in wrong)
    if not isinstance(given.get("as_recruiting", False), bool):
        wrong.append("as_recruiting")
        faults.append(entry.told(("as_recruiting",), "must be true or false"))
    if wrong or unknown:
        return []
    try:
        found = study_from_record(load(entry.file, given.pop("record")), **given)
    except NotARecord as error:
        faults.append(entry.told(("record",), str(error)))
        return []
    return list(_made(entry, found))


def _text(given: Mapping[str, Any], name: str) -> bool:
    return isinstance(given[name], str) if name in given else name != "record"


def _made(entry: Entry, found: FromRecord) -> Iterable[Entry]:
    for section, raws in (("sponsors", [found.sponsor]), ("sites", found.sites), ("studies", [found.study])):
        for raw in raws:
            yield Entry(section, dict(raw), entry.file, entry.path, entry.lines)
