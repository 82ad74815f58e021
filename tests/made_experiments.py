"""Experiments for tests out of branches that hold made-up records and verdicts: nothing of them has run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from conftest import Project
from judged import plan

from ledger.model import hypothesis as hypotheses
from ledger.model import trial as trials
from ledger.model import trial_file, verdict_file
from ledger.model.formats import front_matter
from ledger.model.hypothesis import Hypothesis
from ledger.model.plan import Confirms
from ledger.model.trial import Trial
from ledger.model.verdict import Judged, Verdict

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def record(name: str, seed: int, state: str) -> tuple[str, str]:
    """The path and the text of a record of the treatment."""
    value = Trial(
        experiment=name,
        variant="treatment",
        point=(("seed", seed),),
        attempt=1,
        status=trials.SUCCEEDED,
        fingerprint=state * 32,
        code="c" * 40,
        started=NOW,
        seconds=1.0,
        params={},
        metrics={"m": 0.5 + seed / 10},
    )
    return trials.record_path(f"experiments/{name}", value), trial_file.dumps(value)


def experiment(
    project: Project,
    name: str,
    outcome: str | None,
    *,
    confirms: str | None = None,
    seeds: Sequence[int] = (0, 1),
    state: str = "f",
    day: int = 0,
) -> None:
    """A branch with an experiment whose trials and verdict are made up; it is left checked out."""
    asked = replace(
        plan("m >= baseline", axes={"seed": list(seeds)}),
        name=name,
        created=NOW + timedelta(days=day),
        confirms=None if confirms is None else Confirms(experiment=confirms),
    )
    project.git("switch", "-q", "-c", f"exp/{name}", "main")
    files = {f"experiments/{name}/hypothesis.md": hypotheses.render(Hypothesis(plan=asked, body=""))}
    files |= dict(record(name, seed, state) for seed in seeds)
    project.commit(f"run: {name}", files)
    if outcome is not None:
        judged = Judged(text="m >= baseline", outcome=outcome)
        said = Verdict(outcome=outcome, predictions=(judged,), warnings=(), amendments=(), looks=1, alpha=0.05)
        text = front_matter.joined(verdict_file.front_matter(said), "")
        project.commit(f"verdict: {outcome}", {f"experiments/{name}/verdict.md": text})
