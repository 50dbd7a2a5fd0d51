"""The text rules find what was planted in any format, and their own files stay clean."""

import pytest

from services.chassis.settings import Settings
from tests.house import knobs, texts
from tests.house.check import RULES
from tests.house.tree import Tree, root


def joined(*parts: str, by: str) -> str:
    return by.join(parts)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("requirements.lock", "--index-url https://" + joined("pypi", "org", by=".") + "/simple"),
        ("package-lock.json", '"resolved": "https://registry.' + joined("npmjs", "org", by=".") + '/htmx"'),
        ("deploy/local/jars.py", 'MIRROR = "https://repo.' + joined("maven", "apache", "org", by=".") + '"'),
        ("deploy/Dockerfile", "FROM " + joined("docker", "io", by=".") + "/library/python"),
    ],
)
def test_a_registrys_host_is_found(path: str, line: str) -> None:
    assert list(texts.no_registry_is_named(Tree.of({path: "# first\n" + line})))


@pytest.mark.parametrize("path", [("", "work", "main"), ("", "root", ".cache"), ("", "tmp", "baton"), ("..", "shared")])
def test_a_path_of_one_machine_is_found(path: tuple[str, ...]) -> None:
    assert list(texts.no_machine_is_named(Tree.of({"README.md": f"see `{joined(*path, by='/')}`"})))


@pytest.mark.parametrize("line", ["network/work/list", "https://example.org/root/x", "${TMPDIR:-/tmp}/baton-ci.XXXX"])
def test_a_path_that_only_looks_like_one_stays(line: str) -> None:
    assert not list(texts.no_machine_is_named(Tree.of({"README.md": line})))


@pytest.mark.parametrize("name", ["KAFKA", "SMTP_URL_FILE", "INTAKE_DATABASE_URL", "HOME"])
def test_a_known_setting_may_be_named_anywhere(name: str) -> None:
    assert not list(knobs.settings_are_known(Tree.of({"docker-compose.yml": f"BATON_{name}: x"})))


@pytest.mark.parametrize("name", ["KAKFA", "KAFKA_FILE", "INTAKE_DB_URL"])
def test_a_misspelt_setting_is_found(name: str) -> None:
    assert list(knobs.settings_are_known(Tree.of({".env.example": f"# BATON_{name}=x"})))


def test_the_known_settings_are_the_ones_the_process_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told by the real reader: what it accepts is known, what it refuses is not."""
    monkeypatch.setenv("BATON_NAMESPACE", "north")
    assert Settings.load().namespace == "north"
    assert "BATON_NAMESPACE" in knobs.known_settings()


def test_the_house_itself_is_clean() -> None:
    tree = Tree.checkout(root())
    assert len(tree.sources) > 20
    house = Tree(tuple(source for source in tree.sources if source.path.parts[:2] == ("tests", "house")))
    assert [finding for rule in RULES for finding in rule(house) if "__init__" not in finding.text] == []
