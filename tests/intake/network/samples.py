"""The small network of these tests, as text, as files laid together, and as items."""

from pathlib import Path
from typing import Any

from services.intake.network.rules.document import read
from services.intake.network.rules.files import Files, merge
from services.intake.network.rules.items import AnyItem
from services.intake.network.rules.records import NotARecord
from services.intake.network.rules.yaml_text import read_yaml

SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")
RECORD = Path(__file__).parent / "record.json"


def no_record(_file: str, _written: str) -> object:
    raise NotARecord("the record cannot be read")


def laid(*texts: str) -> Files:
    """Texts as files `1.yaml`, `2.yaml`, ... laid over each other."""
    return merge([(f"{n}.yaml", read_yaml(text)) for n, text in enumerate(texts, start=1)], no_record)


def changed(old: str, new: str, text: str = SMALL) -> str:
    """The small network with one piece of text replaced; it must stand there exactly once."""
    assert text.count(old) == 1, f"{text.count(old)} times: {old}"
    return text.replace(old, new)


def document(*texts: str) -> dict[str, Any]:
    """What the HTTP door is sent."""
    files = laid(*texts)
    assert not files.faults
    return files.document


def items(*texts: str) -> list[AnyItem]:
    """The items of a network that can be read."""
    found = read(document(*texts))
    assert not found.faults
    return [placed.item for placed in found.placed]
