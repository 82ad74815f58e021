"""From Python: what the commands of an experiment's life do, without a terminal."""

from __future__ import annotations

import pytest
from conftest import Project

import ledger
from ledger.errors import LedgerError
from ledger.model.remarks import Remark
from ledger.model.run_state import RunState
from ledger.run.monitor import RunMonitor
from ledger.run.request import Listener, RunOptions
from ledger.run.trial_commit import Kept


class Heard(Listener):
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.doubts: list[str] = []
        self.trials: list[str] = []
        self.total = 0

    def doubted(self, doubt: Remark) -> None:
        self.doubts.append(doubt.kind)

    def planned(self, monitor: RunMonitor) -> None:
        self.total = monitor.state.total

    def recorded(self, kept: Kept, state: RunState) -> None:
        self.trials.append(kept.trial.id)


def test_the_life_of_an_experiment(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    heard = Heard()
    with ledger.open(project.root) as book:
        begun = book.new(
            "A higher rate helps", predictions=["accuracy >= baseline"], overrides={"train.lr": 0.9}, seeds=2
        )
        assert (begun.plan.name, begun.branch) == ("a-higher-rate-helps", "exp/a-higher-rate-helps")
        part = book.run(wanted=RunOptions(only=("treatment/seed-0",)), listener=heard)
        assert ([trial.id for trial in part.trials], heard.trials, heard.total) == (*[["treatment/seed-0"]] * 2, 1)
        rest = book.run(begun.plan.name)
        assert rest.complete and [t.id for t in rest.trials] == [
            "baseline/seed-0",
            "baseline/seed-1",
            "treatment/seed-1",
        ]
        assert book.run().trials == ()
        verdict = book.conclude(interpretation="as expected")
        (proof,) = book.verify(begun.plan.name)
        assert (proof.trials, proof.problems) == (4, ())
        assert [each.experiment for each in book.verify()] == [begun.plan.name]
        assert book.current().outcome == verdict.outcome
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")
    # the terminal finds what was done
    assert project.ledger("show", "--json").json["outcome"] == verdict.outcome
    assert "as expected" in project.git("show", "HEAD:experiments/a-higher-rate-helps/verdict.md")


def test_an_error_has_what_the_terminal_would_say(project: Project) -> None:
    before = project.state()
    with ledger.open(project.root) as book:
        with pytest.raises(LedgerError, match="no experiment is checked out") as caught:
            book.run()
        assert "git switch exp/NAME" in (caught.value.hint or "")
        with pytest.raises(LedgerError, match="no parameter"):
            book.new("It helps", overrides={"train.rate": 1})
    assert project.state() == before
