"""What a run tells of itself: how many trials of each arm are to come, and how long those that ended took."""

from __future__ import annotations

from collections import Counter

from conftest import Project
from made_records import record_of

from ledger.model import trial_file
from ledger.model.run_state import Pace
from ledger.repo import runs
from ledger.repo.ledger import open_ledger
from ledger.run.monitor import RunMonitor
from ledger.run.plan import missing
from ledger.run.trial_commit import Kept


def test_trials_are_counted_arm_by_arm(project: Project) -> None:
    project.ledger("new", "A higher rate", "--name", "a", "--predict", "accuracy >= baseline", "--seeds", "2",
                   "-S", "train.lr=0.2")  # fmt: skip
    _, text = record_of("a", 0)
    with open_ledger(project.root) as ledger, runs.published(ledger.state_dir, "a") as run:
        specs = missing(ledger, ledger.experiment("a"), only=(), again=False)
        monitor = RunMonitor("a", jobs=2, run=run, log=None)

        def waiting() -> dict[str, int]:
            (seen,) = runs.live(ledger.state_dir, "a")
            assert seen == monitor.state
            return {pace.arm: pace.waiting for pace in seen.paces}

        monitor.planned(4, Counter(spec.variant for spec in specs), {"treatment": 60.0, "gone": 5.0})
        assert waiting() == {"baseline": 2, "treatment": 2, "gone": 0}
        by_arm = {spec.id: spec for spec in specs}
        first, second, slow = (by_arm[name] for name in ("baseline/seed-0", "baseline/seed-1", "treatment/seed-0"))
        monitor.reused(first)
        monitor.started(second, project.root)
        monitor.started(slow, project.root)
        assert waiting() == {"baseline": 0, "treatment": 1, "gone": 0}
        monitor.ended(second, Kept(trial=trial_file.loads(text), commit="c" * 40, warnings=()))
        # what was cut off has another turn
        monitor.ended(slow, None)
        assert waiting() == {"baseline": 0, "treatment": 2, "gone": 0}
        baseline, treatment, _ = monitor.state.paces
        assert (baseline.timed, monitor.state.timed, monitor.state.done) == (1, 1, 2)
        assert 0 < baseline.spent == monitor.state.spent
        assert treatment == Pace(arm="treatment", waiting=2, earlier=60.0)
