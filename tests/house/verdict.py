"""A pytest plugin: a run that looked away, or that ran nothing, is red.

`pytest` ends green with a hundred tests left out. Here a test that needs infrastructure gets it or fails, so anything
left out is a fault of the run. Deselecting on the command line (`-k`, a path) is a choice and stays legal. The run ends
with what the servers counted; a whole run that wrote nothing to one of them is red.
"""

from collections.abc import Generator
from dataclasses import dataclass, field

import pytest

from tests.served import SERVED, Served

PLUGIN = "baton-verdict"


@dataclass(eq=False)
class Verdict:
    """What one run did: how many tests ran their body, and which looked away."""

    served: Served
    whole: bool = False
    """everything there is was asked for"""

    ran: int = 0
    looked_away: list[str] = field(default_factory=list)

    def reasons(self) -> list[str]:
        """Why the run is red although nothing failed; empty means it stands."""
        if self.looked_away:
            return [f"{len(self.looked_away)} left out: {', '.join(sorted(self.looked_away)[:5])}"]
        if not self.ran:
            return ["no test ran"]
        idle = self.whole and not (self.served.records and self.served.transactions)
        return [f"one of the servers did nothing: {self.served}"] if idle else []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome == "skipped" or hasattr(report, "wasxfail"):
            self.looked_away.append(report.nodeid)
        elif report.when == "call":
            self.ran += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.outcome == "skipped":
            self.looked_away.append(report.nodeid)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        if session.exitstatus == pytest.ExitCode.OK and not session.config.option.collectonly and self.reasons():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return (yield)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.served.namespaces:
            terminalreporter.write_line(str(self.served))
        reasons: list[str] = [] if terminalreporter.config.option.collectonly else self.reasons()
        for reason in reasons:
            terminalreporter.write_line(f"red: {reason}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Register one verdict a run; workers of a distributed run report to the one that started them."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Verdict(SERVED, whole=asks_for_all(config)), PLUGIN)


def asks_for_all(config: pytest.Config) -> bool:
    """Whether the command line names no part of the tests."""
    chosen = ("keyword", "markexpr", "deselect", "lf", "stepwise")
    if any(getattr(config.option, name, None) for name in chosen):
        return False
    return {(config.invocation_params.dir / path).resolve() for path in config.args} == {config.rootpath / "tests"}
