"""`baton plan` and `baton apply` against the network room's real door, on a port of its own."""

from pathlib import Path

import pytest

from services.chassis.work import Work
from tests.cli.conftest import Baton, InWork
from tests.intake.network.samples import RECORD, SMALL, changed


def heads(in_work: InWork) -> int:
    async def summed(work: Work) -> int:
        return int(await work.value("select coalesce(sum(version), 0) from head where stream = 'network'"))

    return int(in_work("intake", summed))


def test_plan_says_what_apply_then_does_and_does_nothing(operator: Baton, network: Path, in_work: InWork) -> None:
    planned = operator("plan", str(network))
    assert planned.exit_code == 0, planned.output
    assert "+ study/alder" in planned.output
    assert (
        "17 to be added, 0 to be changed, 0 as they were; the other services would hear of 15 at once" in planned.output
    )
    assert heads(in_work) == 0
    applied = operator("apply", str(network))
    assert "17 added, 0 changed, 0 as they were; the other services heard of 15 at once" in applied.output
    assert heads(in_work) == 15


def test_the_same_file_again_changes_nothing(operator: Baton, network: Path, in_work: InWork) -> None:
    operator("apply", str(network))
    for verb in ("plan", "apply"):
        again = operator(verb, str(network))
        assert (again.exit_code, again.output) == (0, "nothing to change: 17 items are as they were applied\n")
    assert heads(in_work) == 15


def test_a_second_file_is_laid_over_the_first(operator: Baton, network: Path, tmp_path: Path) -> None:
    operator("apply", str(network))
    over = tmp_path / "over.yaml"
    dates = "effective_from: 2026-01-05\nreviewed_on: 2026-01-02\n"
    over.write_text(f"{dates}policies:\n  - {{id: typical, first_response: {{target: 2s, warn: 3h, breach: 4h}}}}\n")
    planned = operator("plan", str(network), "-f", str(over))
    assert planned.output.splitlines()[:2] == ["~ policy/typical", "    first_response.target: 1h -> 2s"]


def test_a_change_of_later_says_when(operator: Baton, network: Path) -> None:
    operator("apply", str(network))
    network.write_text(
        changed("{id: northfield, name: Northfield}", "{id: northfield, name: N, effective_from: 2090-01-01}")
    )
    planned = operator("plan", str(network))
    assert "~ sponsor/northfield  takes effect 2090-01-01" in planned.output
    assert "    name: Northfield -> N" in planned.output


def test_every_fault_is_told_with_its_line_and_nothing_is_sent(operator: Baton, network: Path, in_work: InWork) -> None:
    network.write_text(changed("zone: Europe/London", "zone: Mars", changed("backup: tomas", "backup: ines")))
    for verb in ("plan", "apply"):
        refused = operator(verb, str(network))
        assert refused.exit_code == 1
        assert [line.removeprefix(f"baton: {network}:") for line in refused.stderr.splitlines()] == [
            "24: sites[1].zone: is not a time zone of the IANA database, like Europe/London",
            "81: routes[0].backup: must be somebody else than the owner",
        ]
    assert heads(in_work) == 0


def test_what_was_applied_earlier_is_judged_with_the_file(operator: Baton, network: Path, tmp_path: Path) -> None:
    operator("apply", str(network))
    part = tmp_path / "part.yaml"
    dates = "effective_from: 2026-01-05\nreviewed_on: 2026-01-02\n"
    part.write_text(f"{dates}pools:\n  - {{id: eastmere-coordinators, site: eastmere, members: [ines, odile]}}\n")
    refused = operator("apply", str(part))
    assert refused.stderr == (
        "baton: in force, not in these files: route/openhand-alder-eastmere.backup: is not in the pool\n"
    )


def test_a_study_by_record(operator: Baton, network: Path) -> None:
    network.write_text(SMALL.replace("weekdays", "office"))
    applied = operator("apply", str(network), "--study", str(RECORD), "--as-recruiting")
    assert applied.exit_code == 0, applied.output
    assert "+ site/nct00000017-004" in applied.output
    assert "23 added" in applied.output


def test_files_are_judged_without_a_server(bare: Baton, network: Path) -> None:
    assert bare("plan", "--check", str(network)).output == "the files hold together\n"
    network.write_text(changed("owner: ines", "owner: nobody"))
    refused = bare("plan", "--check", str(network))
    assert (refused.exit_code, refused.stderr) == (1, f"baton: {network}:80: routes[0].owner: there is no such staff\n")


def test_the_schema_names_every_section(bare: Baton) -> None:
    import json

    schema = json.loads(bare("plan", "--schema").output)
    assert {"studies", "sites", "calendars", "effective_from"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "name a network file"),
        (("nowhere.yaml",), "nowhere.yaml: cannot be read (No such file or directory)"),
    ],
)
def test_a_users_mistake_is_a_sentence(bare: Baton, words: tuple[str, ...], says: str) -> None:
    refused = bare("plan", *words)
    assert (refused.exit_code, refused.stderr) == (1, f"baton: {says}\n")


def test_without_the_key_files_or_a_server_it_says_so(
    bare: Baton, network: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "run this beside `baton up`, or set BATON_KEYS_DIR" in bare("plan", str(network)).stderr
    (tmp_path / "keys").mkdir(mode=0o700)
    monkeypatch.setenv("BATON_KEYS_DIR", str(tmp_path / "keys"))
    assert "Baton does not answer at" in bare("plan", str(network), "--url", "http://127.0.0.1:9").stderr


def test_a_stranger_is_told_that_the_keys_are_not_the_servers(
    operator: Baton, network: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir(mode=0o700)
    monkeypatch.setenv("BATON_KEYS_DIR", str(tmp_path / "other"))
    refused = operator("apply", str(network))
    assert (refused.exit_code, "is BATON_KEYS_DIR the server's own?" in refused.stderr) == (1, True)
